# Fetches by programs that are silent for long: says every five seconds that they go on, shows what they wrote only when they fail, and
# then says what it comes from and which setting mends it. Read by toolchain/run.

# fetch WHAT PROGRAM ARGS...: exit code 69 of the whole when it fails.
fetch() {
  what=$1
  shift
  echo "tink: fetching $what" >&2
  log=$(mktemp) || exit 69
  # In the background, since a shell that waits in the foreground hears no signal.
  "$@" >"$log" 2>&1 </dev/null &
  program=$!
  tell_that_it_goes_on "$$" "$what" &
  teller=$!
  trap 'end_fetch; echo "tink: fetching $what was ended; the next start goes on with it" >&2; exit 130' INT
  trap 'end_fetch; echo "tink: fetching $what was ended; the next start goes on with it" >&2; exit 143' TERM HUP
  code=0
  wait "$program" || code=$?
  kill "$teller" 2>/dev/null || true
  trap - INT TERM HUP
  if [ "$code" -ne 0 ]; then
    say_why "$what" "$log"
    rm -f "$log"
    exit 69
  fi
  rm -f "$log"
}

end_fetch() {
  kill "$program" "$teller" 2>/dev/null || true
  rm -f "$log"
}

tell_that_it_goes_on() {
  seconds=0
  # Killed with the shell that it speaks for; nobody reads what a sleep that is left behind has open.
  while sleep 5 >/dev/null 2>&1 && kill -0 "$1" 2>/dev/null; do
    seconds=$((seconds + 5))
    echo "tink: still fetching $2 ($seconds s)" >&2
  done
}

# The codes of npm, pnpm and apt, by what a user can do about them.
say_why() {
  if grep -qE 'ENOSPC|EDQUOT|No space left' "$2"; then
    why="the disk is full"
    mend="Free some space where this checkout and /tmp are (df -h), then try again"
  elif grep -qE 'SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_HAS_EXPIRED|ERR_TLS_CERT|certificate' "$2"; then
    why="the registry's certificate is not trusted here"
    mend="Where a proxy has a certificate authority of its own, name its file: export NODE_EXTRA_CA_CERTS=/path/to/ca.pem (for apt: Acquire::https::CAInfo)"
  elif grep -qE '\b407\b|Proxy Authentication' "$2"; then
    why="the proxy wants a password"
    mend="Put it into the proxy's address: export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
  elif grep -qE '\bE?40[13]\b' "$2"; then
    why="the registry refuses us"
    mend="Check the registry that is named, and its token in ~/.npmrc"
  elif grep -qE '\bE?404\b' "$2"; then
    why="the registry does not have it"
    mend="Name a registry that has all public packages: export npm_config_registry=https://HOST/"
  elif grep -qE 'ENOTFOUND|EAI_AGAIN|Could not resolve|Temporary failure' "$2"; then
    why="the name of the registry, or of a proxy, is not known to DNS"
    mend="Check DNS; behind a proxy: export HTTPS_PROXY=http://HOST:PORT; with a mirror: export npm_config_registry=https://HOST/"
  elif grep -qE 'ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TIMEOUT|META_FETCH_FAIL|network' "$2"; then
    why="the registry, or a proxy, does not answer"
    mend="Behind a proxy: export HTTPS_PROXY=http://HOST:PORT; with a mirror: export npm_config_registry=https://HOST/; hosts without proxy: NO_PROXY"
  else
    why="the program that fetches failed"
    mend="Its last words are above; try again, or mend what they name"
  fi
  {
    grep -vE '^ *$|npm (notice|warn)|npm error( network)?$|A complete log of this run' "$2" | tail -n 5 | hide_passwords | sed 's/^/  /'
    echo "tink: $1 could not be fetched: $why."
    echo "$mend."
    echo "Settings now: $(settings)"
  } >&2
}

settings() {
  echo "registry $(npm config get registry 2>/dev/null || echo unknown), $(named HTTPS_PROXY "${HTTPS_PROXY:-${https_proxy:-}}"), \
$(named HTTP_PROXY "${HTTP_PROXY:-${http_proxy:-}}"), $(named NO_PROXY "${NO_PROXY:-${no_proxy:-}}"), \
$(named npm_config_https_proxy "${npm_config_https_proxy:-}"), $(named NODE_EXTRA_CA_CERTS "${NODE_EXTRA_CA_CERTS:-}")" | hide_passwords
}

named() {
  if [ -n "$2" ]; then echo "$1 $2"; else echo "no $1"; fi
}

hide_passwords() {
  sed 's#//[^/@ ]*@#//***@#g'
}
