# Reads the kernel command line into variables. It is data from the network: words are compared, never executed.

# read_parameters FILE: sets one variable per parameter that Hook knows; the last word of a name wins.
read_parameters() {
  set -f
  for word in $(cat "$1"); do
    value=${word#*=}
    case $word in
    worker_id=*) worker_id=$value ;;
    grpc_authority=*) grpc_authority=$value ;;
    tinkerbell_tls=*) tinkerbell_tls=$value ;;
    tinkerbell_insecure_tls=*) tinkerbell_insecure_tls=$value ;;
    docker_registry=*) docker_registry=$value ;;
    registry_username=*) registry_username=$value ;;
    registry_password=*) registry_password=$value ;;
    insecure_registries=*) insecure_registries=$value ;;
    registry_mirror=*) registry_mirror=$value ;;
    syslog_host=*) syslog_host=$value ;;
    hw_addr=*) hw_addr=$(lower_case "$value") ;;
    vlan_id=*) vlan_id=$value ;;
    ipam=*) ipam=$value ;;
    facility=*) facility=$value ;;
    HTTP_PROXY=* | http_proxy=*) http_proxy=$value ;;
    HTTPS_PROXY=* | https_proxy=*) https_proxy=$value ;;
    NO_PROXY=* | no_proxy=*) no_proxy=$value ;;
    tink_worker_image=*) tink_worker_image=$value ;;
    tink_console=*) tink_console=$value ;;
    esac
  done
  set +f
  case $vlan_id in *[!0-9]* | 0) vlan_id= ;; esac
}

lower_case() { printf %s "$1" | tr "A-F-" "a-f:"; }

# split_ipam: sets static_* from ipam=MAC:VLAN:IP:NETMASK:GATEWAY:HOSTNAME:DNS,...:SEARCH,...:NTP,... (MAC with dashes; any may be empty)
split_ipam() {
  IFS=: read -r static_mac static_vlan static_ip static_netmask static_gateway static_hostname static_dns static_search static_ntp <<EOF
$ipam
EOF
  static_mac=$(lower_case "$static_mac")
}

# export_worker_environment: what the worker is told, under the names that upstream's workers read. What was not given stays unset.
export_worker_environment() {
  export TINK_LAYERS_DIR=/usr/lib/tink/layers
  export_given WORKER_ID "$worker_id"
  export_given ID "$worker_id"
  export_given TINKERBELL_GRPC_AUTHORITY "$grpc_authority"
  export_given TINKERBELL_TLS "$tinkerbell_tls"
  export_given TINKERBELL_INSECURE_TLS "$tinkerbell_insecure_tls"
  export_given DOCKER_REGISTRY "$docker_registry"
  export_given REGISTRY_USERNAME "$registry_username"
  export_given REGISTRY_PASSWORD "$registry_password"
  export_given TINK_INSECURE_REGISTRIES "$insecure_registries"
  export_given TINK_REGISTRY_MIRROR "$registry_mirror"
  export_given HTTP_PROXY "$http_proxy"
  export_given HTTPS_PROXY "$https_proxy"
  export_given NO_PROXY "$no_proxy"
}

export_given() { [ -z "$2" ] || export "$1=$2"; }
