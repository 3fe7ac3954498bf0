# Brings the machine onto its network, and says why when it cannot. It never gives up.

# interfaces: names of the Ethernet links that a driver stands behind.
interfaces() {
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] && printf '%s ' "${path##*/}"
  done
}

# interface_of MAC: prints its name; nothing when there is none.
interface_of() {
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] && read -r mac <"$path/address" && [ "$mac" = "$1" ] && echo "${path##*/}" && return
  done
}

# wait_for_interfaces: until a link exists (the one asked for, if any), at most 10 s; USB and slow firmware need that.
wait_for_interfaces() {
  # A network card that is not on PCI: USB, or something rarer.
  [ -n "$(interfaces)" ] || load_all_drivers
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if [ -n "$wanted_mac" ]; then
      candidates=$(interface_of "$wanted_mac")
    else
      candidates=$(interfaces)
    fi
    [ -n "$candidates" ] && return
    sleep 0.5
  done
  candidates=$(interfaces)
  [ -z "$wanted_mac" ] || complain "No network card has the address $wanted_mac (hw_addr=). Trying those there are: ${candidates:-none}."
}

# wait_for_carrier LINK: until the cable speaks, at most 5 s; fails when it does not.
wait_for_carrier() {
  ip link set "$1" up
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    read -r carrier <"/sys/class/net/$1/carrier" 2>/dev/null && [ "$carrier" = 1 ] && return 0
    sleep 0.2
  done
  return 1
}

# on_vlan LINK: makes the tagged link when vlan_id= asks for one, and puts the name to use into $link.
on_vlan() {
  link=$1
  [ -n "$vlan_id" ] || return 0
  modprobe -q 8021q
  link=$1.$vlan_id
  [ -e "/sys/class/net/$link" ] || ip link add link "$1" name "$link" type vlan id "$vlan_id"
  ip link set "$link" up
}

# use_static_address LINK: what ipam= says, without any DHCP.
use_static_address() {
  ifconfig "$1" "$static_ip" netmask "${static_netmask:-255.255.255.0}" up || return 1
  [ -z "$static_gateway" ] || route add default gw "$static_gateway" dev "$1"
  {
    [ -z "$static_search" ] || echo "search $static_search" | tr , ' '
    for server in $(echo "$static_dns" | tr , ' '); do echo "nameserver $server"; done
  } >/etc/resolv.conf
  [ -z "$static_hostname" ] || hostname "$static_hostname"
  address="$static_ip on $1, fixed by ipam="
  ntp_servers=$(echo "$static_ntp" | tr , ' ')
}

# ask_dhcp LINK: one try of about 6 s. udhcpc stays to renew the lease.
ask_dhcp() {
  udhcpc -i "$1" -n -t 4 -T 1 -A 2 -S -O ntpsrv -O search -s /usr/lib/hook/udhcpc.sh \
    -p "/run/tink/udhcpc.$1.pid" >/run/tink/udhcpc.log 2>&1 || return 1
  . /run/tink/lease
}

# try_link NAME: carrier, VLAN, address. Leaves the reason of a failure in $reason.
try_link() {
  read -r mac <"/sys/class/net/$1/address"
  reason="$1 ($mac): no link, is the cable in?"
  wait_for_carrier "$1" || return 1
  on_vlan "$1"
  reason="$link ($mac): no DHCP server answered"
  if [ -n "$static_ip" ]; then
    reason="$link ($mac): the address $static_ip of ipam= was refused"
    use_static_address "$link"
  else
    ask_dhcp "$link"
  fi
}

# bring_up_network: returns when the machine has an address.
bring_up_network() {
  ip link set lo up
  [ -z "$ipam" ] || split_ipam
  wanted_mac=${static_mac:-$hw_addr}
  vlan_id=${static_vlan:-$vlan_id}
  delay=1
  while :; do
    wait_for_interfaces
    reasons=
    for name in $candidates; do
      step "asking for an address on $name${vlan_id:+, VLAN $vlan_id}"
      try_link "$name" && return
      reasons="$reasons $reason;"
    done
    complain "No network:${reasons:- no network card with a driver was found;} trying again in $delay s."
    sleep "$delay"
    delay=$((delay * 2))
    [ "$delay" -le 30 ] || delay=30
  done
}
