#!/bin/sh
# Called by udhcpc with what a DHCP server said (udhcpc's own names: ip, mask, router, dns, ...).
case $1 in
deconfig)
  ip addr flush dev "$interface"
  ip link set "$interface" up
  ;;
bound | renew)
  ip addr replace "$ip/${mask:-24}" broadcast + dev "$interface"
  metric=0
  for gateway in $router; do
    # A gateway outside the subnet (host routes, /32 leases) is reached over the link all the same.
    ip route replace "$gateway" dev "$interface" 2>/dev/null
    ip route replace default via "$gateway" dev "$interface" metric "$metric"
    metric=$((metric + 1))
  done
  {
    [ -z "$search$domain" ] || echo "search ${search:-$domain}"
    for server in $dns; do echo "nameserver $server"; done
  } >/etc/resolv.conf
  [ -z "$hostname" ] || hostname "$hostname"
  {
    echo "address='$ip/${mask:-24} on $interface, lease of ${lease:-unknown} s from ${serverid:-unknown}'"
    echo "ntp_servers='$ntpsrv'"
  } | tr -cd "a-zA-Z0-9 ./:=_',\n-" >/run/tink/lease
  ;;
esac
