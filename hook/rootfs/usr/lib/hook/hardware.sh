# Loads drivers for what the machine has. All aliases go to modprobe in one call: it reads its index once.

# load_aliases ALIASES: loads what matches, one alias per word; an alias without a driver is no fault.
load_aliases() { [ -z "$1" ] || modprobe -a -q -b $1 2>/dev/null; }

# pci_aliases CLASS: aliases of the PCI devices whose class begins so (0x01 storage, 0x02 network).
pci_aliases() {
  aliases=
  for device in /sys/bus/pci/devices/*; do
    read -r class <"$device/class"
    case $class in
    "$1"*)
      read -r alias <"$device/modalias"
      aliases="$aliases $alias"
      ;;
    esac
  done 2>/dev/null
}

# load_network_drivers: network cards on PCI, and whatever sits behind virtio, Hyper-V or Xen.
load_network_drivers() {
  pci_aliases 0x02
  for bus in virtio vmbus xen; do
    for file in /sys/bus/$bus/devices/*/modalias; do
      [ -r "$file" ] && read -r alias <"$file" && aliases="$aliases $alias"
    done
  done
  load_aliases "$aliases"
}

# load_storage_drivers: twice at most, because some controllers hide others behind them (VMD). Disks of SCSI's kind need sd_mod.
load_storage_drivers() {
  pci_aliases 0x01
  load_aliases "$aliases"
  known=$aliases
  pci_aliases 0x01
  [ "$aliases" = "$known" ] || load_aliases "$aliases"
  [ -z "$(ls /sys/class/scsi_host 2>/dev/null)" ] || modprobe -q sd_mod
}

# load_all_drivers: everything. A driver makes new devices appear, so it goes on until no alias is new.
load_all_drivers() {
  known=
  for round in 1 2 3 4; do
    aliases=$(cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u)
    [ "$aliases" = "$known" ] && return
    known=$aliases
    load_aliases "$aliases"
  done
}

# watch_hardware: drivers for all that nobody waits for, and for what is plugged in later, until the machine restarts.
watch_hardware() {
  sleep 5
  uevent /usr/lib/hook/hotplug &
  load_all_drivers
}
