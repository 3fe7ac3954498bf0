# Starts Tink Worker, starts it again when it ends, and carries what it prints to the consoles and to syslog.

# open_worker_output: a pipe that outlives the worker. Opened for both ways, so no reader ever sees its end.
open_worker_output() {
  mkfifo /run/tink/worker-output
  if [ -n "$syslog_host" ]; then
    mkfifo /run/tink/syslog
    syslogd -R "$syslog_host:514" -O /dev/null
    logger -t tink-worker -p daemon.info <>/run/tink/syslog &
  fi
  relay_worker_output <>/run/tink/worker-output &
}

relay_worker_output() {
  while IFS= read -r line; do
    say "$line"
    [ -z "$syslog_host" ] || printf '%s\n' "$line" >/run/tink/syslog
  done
}

# keep_worker_running: never returns. A worker that lived for a minute was well; the wait starts small again.
keep_worker_running() {
  export_worker_environment
  delay=1
  while :; do
    step "worker is running, asking $grpc_authority for work"
    read -r started _ </proc/uptime
    node /usr/lib/tink/start.cjs >/run/tink/worker-output 2>&1 &
    worker_pid=$!
    wait "$worker_pid"
    code=$?
    read -r ended _ </proc/uptime
    [ $((${ended%.*} - ${started%.*})) -lt 60 ] || delay=1
    complain "The worker ended with code $code; starting it again in $delay s. Its last words are in /run/tink/hook.log."
    sleep "$delay"
    delay=$((delay * 2))
    [ "$delay" -le 30 ] || delay=30
  done
}
