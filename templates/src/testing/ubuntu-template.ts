// A template with every construct of those that Tinkerbell's projects publish, and a Hardware for it.

export const hardware = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  metadata: { name: "machine1", namespace: "default", labels: { rack: "r1" } },
  spec: {
    disks: [{ device: "/dev/nvme0n1" }],
    interfaces: [
      {
        dhcp: {
          mac: "52:54:00:12:34:56",
          arch: "x86_64",
          hostname: "machine1",
          lease_time: 86400,
          name_servers: ["192.0.2.53", "192.0.2.54"],
          uefi: true,
          vlan_id: "12",
          ip: { address: "192.0.2.10", netmask: "255.255.255.0", gateway: "192.0.2.1", family: 4 },
        },
        netboot: { allowPXE: true, ipxe: { url: "http://192.0.2.1/a.ipxe" } },
      },
      { dhcp: { mac: "52:54:00:12:34:57" }, disableDhcp: true },
    ],
    metadata: {
      facility: { facility_code: "onprem" },
      instance: {
        id: "52:54:00:12:34:56",
        hostname: "machine1",
        crypted_root_password: "$6$x",
        ssh_keys: ["ssh-ed25519 AAAA"],
        ips: [{ address: "192.0.2.10", public: true }],
        operating_system: { slug: "debian_13", os_slug: "debian_13" },
        storage: { disks: [{ device: "/dev/nvme0n1", partitions: [{ label: "ROOT", number: 1, size: 0 }] }] },
      },
    },
    userData: "#cloud-config\n",
  },
};

export const ubuntuTemplate = `version: "0.1"
name: ubuntu
global_timeout: 1800
tasks:
  - name: "os installation"
    worker: "{{.device_1}}"
    volumes:
      - /dev:/dev
      - /dev/console:/dev/console
    environment:
      MIRROR: 192.0.2.1
    actions:
      - name: "stream image"
        image: registry.example/tinkerbell/actions/image2disk:latest
        timeout: 600
        environment:
          DEST_DISK: {{ index .Hardware.Disks 0 }}
          IMG_URL: "http://192.0.2.1/{{ .hardware.spec.metadata.instance.operating_system.slug }}.raw.gz"
          COMPRESSED: true
      - name: "write netplan"
        image: registry.example/tinkerbell/actions/writefile:latest
        timeout: 90
        environment:
          DEST_DISK: {{ formatPartition ( index .Hardware.Disks 0 ) 1 }}
          FS_TYPE: ext4
          DEST_PATH: /etc/netplan/config.yaml
          CONTENTS: |
            network:
              version: 2
              ethernets:
                id0:
                  match:
                    macaddress: {{ (index .Hardware.Interfaces 0).DHCP.MAC }}
                  addresses:
                    - {{ (index .Hardware.Interfaces 0).DHCP.IP.Address }}/{{ netmaskToPrefixLength (index .Hardware.Interfaces 0).DHCP.IP.Netmask }}
                  nameservers:
                    addresses: [{{ (index .Hardware.Interfaces 0).DHCP.NameServers | join "," }}]
          UID: 0
          GID: 0
          MODE: 0644
          DIRMODE: 0755
      {{- if regexMatch "a(arch|rm)" (lower (index .Hardware.Interfaces 0).DHCP.Arch) }}
      - name: "reboot into os"
      {{- else }}
      - name: "kexec into os"
      {{- end }}
        image: waitdaemon
        pid: host
        {{- if regexMatch "a(arch|rm)" (lower (index .Hardware.Interfaces 0).DHCP.Arch) }}
        command: ["sh", "-c", "echo b > /proc/sysrq-trigger"]
        {{- end }}
        environment:
          BLOCK_DEVICE: {{ formatPartition ( index .Hardware.Disks 0 ) 1 }}
          MAC: {{ (index .Hardware.Interfaces 0).DHCP.MAC | replace ":" "-" }}
          WAIT_SECONDS: 5
        volumes:
          - /worker:/worker
`;
