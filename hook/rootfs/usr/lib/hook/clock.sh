# Sets the clock by the server, for machines whose own has stopped: certificates and reports need the right time.

# set_clock: by the Date of the server's HTTP answers, else by the NTP servers that DHCP named. Tried once; a failure is said.
set_clock() {
  if [ -n "$registry_mirror" ]; then
    date_line=$(wget -S -O /dev/null -T 5 "$registry_mirror/v2/" 2>&1 | sed -n 's/^ *[Dd]ate: *//p' | sed -n 1p)
    if [ -n "$date_line" ] && server_seconds=$(date -u -D '%a, %d %b %Y %H:%M:%S' -d "$date_line" +%s 2>/dev/null); then
      skew=$((server_seconds - $(date +%s)))
      [ "${skew#-}" -le 2 ] && return
      date -u -s "@$server_seconds" >/dev/null && say "hook: the clock was $skew s off and was set by the server"
      return
    fi
  fi
  [ -n "$ntp_servers" ] || return
  for server in $ntp_servers; do
    timeout 10 ntpd -n -q -p "$server" >/dev/null 2>&1 && return
  done
  say "hook: no time server answered (tried: $ntp_servers); the clock stays as it is"
}
