# What a person in front of the machine sees: a screen on each display, a line per step on each serial console.

# open_consoles: those that console= names (or the kernel's choice) and that exist; and a serial one in any case, if there is any.
open_consoles() {
  consoles=
  read -r active </sys/class/tty/console/active
  for console in $active; do
    is_real "$console" && consoles="$consoles $console"
  done
  case $consoles in
  *" ttyS"* | *" ttyAMA"* | *" hvc"*) ;;
  *) add_first_serial_port ;;
  esac
  read -r product </sys/class/dmi/id/product_name
  read -r vendor </sys/class/dmi/id/sys_vendor
  read -r serial </sys/class/dmi/id/product_serial
  machine="${vendor:-unknown maker} ${product:-unknown model}, serial ${serial:-unknown}"
} 2>/dev/null

# is_real CONSOLE: Linux has names for serial ports (type 0) behind which there is no hardware, and lists them as consoles when told to.
is_real() {
  uart=
  [ ! -r "/sys/class/tty/$1/type" ] || read -r uart <"/sys/class/tty/$1/type"
  [ -c "/dev/$1" ] && [ "$uart" != 0 ]
}

# add_first_serial_port: for machines that lack the one that console= names.
add_first_serial_port() {
  for path in /sys/class/tty/ttyS*; do
    console=${path##*/}
    is_real "$console" && stty -F "/dev/$console" 115200 && consoles="$consoles $console" && return
  done
}

# say TEXT: one line on every console and in the log.
say() {
  read -r uptime _ </proc/uptime
  for console in $consoles; do
    printf '[%8s] %s\r\n' "$uptime" "$1" >"/dev/$console"
  done
  printf '[%8s] %s\n' "$uptime" "$1" >>/run/tink/hook.log
} 2>/dev/null

# step TEXT: what the machine does now. Trouble is forgotten: it belonged to the step before.
step() {
  now=$1
  trouble=
  draw
  say "hook: $1"
}

# complain TEXT: why nothing happens, and what is done about it.
complain() {
  trouble=$1
  draw
  say "hook: $1"
}

# draw: the screen of displays (tty0, tty1, ...), which serial lines (ttyS0, ttyAMA0, hvc0) do not get.
draw() {
  for console in $consoles; do
    case $console in
    tty[0-9]*)
      {
        printf '\033[H\033[2J\033[1mNeverland Hook\033[0m  this machine has no system of its own yet\r\n\r\n'
        printf '  machine   %s\r\n' "$machine"
        printf '  network   %s\r\n' "${address:-no address yet}"
        printf '  worker    %s\r\n' "${worker_id:-no worker_id= was given}"
        printf '  server    %s\r\n' "${grpc_authority:-no grpc_authority= was given}"
        printf '  now       %s\r\n' "$now"
        [ -z "$trouble" ] || printf '  \033[1mtrouble\033[0m   %s\r\n' "$trouble"
        printf '\r\n'
      } >"/dev/$console"
      ;;
    esac
  done
} 2>/dev/null
