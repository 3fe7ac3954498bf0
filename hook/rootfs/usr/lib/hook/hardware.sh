# Loads drivers for what the machine has. All aliases go to modprobe in one call: it reads its index once.

# load_aliases ALIASES: loads what matches, one alias per word; an alias without a driver is no fault.
load_aliases() { [ -z "$1" ] || modprobe -a -q -b $1 2>/dev/null; }

# load_network_drivers: network cards on PCI (class 02), and whatever sits behind virtio, Hyper-V or Xen.
load_network_drivers() {
  aliases=
  for device in /sys/bus/pci/devices/*; do
    read -r class <"$device/class"
    case $class in
    0x02*)
      read -r alias <"$device/modalias"
      aliases="$aliases $alias"
      ;;
    esac
  done 2>/dev/null
  for bus in virtio vmbus xen; do
    for file in /sys/bus/$bus/devices/*/modalias; do
      [ -r "$file" ] && read -r alias <"$file" && aliases="$aliases $alias"
    done
  done
  load_aliases "$aliases"
}

# load_all_drivers: everything else. A driver makes new devices appear, so it goes on until no alias is new.
load_all_drivers() {
  modprobe -a -q sd_mod crc32c_generic 2>/dev/null
  known=
  for round in 1 2 3 4; do
    aliases=$(cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u)
    [ "$aliases" = "$known" ] && return
    known=$aliases
    load_aliases "$aliases"
  done
}

# watch_hardware: drivers for what is plugged in or found later, until the machine restarts.
watch_hardware() {
  uevent /usr/lib/hook/hotplug &
  load_all_drivers
}
