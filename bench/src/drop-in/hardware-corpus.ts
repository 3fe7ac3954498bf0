// Specs of Hardware in the forms that people have them, with values of our own: one name, one spec in YAML.

const mac = "52:54:00:12:34:56";
const ip = "ip: {address: 192.0.2.10, netmask: 255.255.255.0, gateway: 192.0.2.1}";
const dhcp = (more: string): string => `interfaces: [{dhcp: {mac: "${mac}", ${ip}, ${more}}}]`;
const netboot = (more: string): string =>
  `interfaces: [{dhcp: {mac: "${mac}", ${ip}}, netboot: {allowPXE: true, ${more}}}]`;

export const hardwareCorpus: Readonly<Record<string, string>> = {
  "a MAC and an address": `interfaces: [{dhcp: {mac: "${mac}", ${ip}}}]`,
  "netboot allowed, with the older allowWorkflow": netboot("allowWorkflow: true"),
  "arch, hostname, lease and UEFI": dhcp("arch: x86_64, hostname: node-1, lease_time: 86400, uefi: true"),
  "name and time servers": dhcp("name_servers: [192.0.2.53, 192.0.2.54], time_servers: [192.0.2.123]"),
  "a domain and the longest lease": dhcp("domain_name: lab.example, lease_time: 4294967294"),
  "a VLAN": dhcp('vlan_id: "101"'),
  "static routes": dhcp("classless_static_routes: [{destination_descriptor: 10.0.0.0/8, router: 192.0.2.1}]"),
  "a TFTP server and a boot file of its own": dhcp("tftp_server_name: 192.0.2.2, boot_file_name: onie/x.bin"),
  "an address of version 6": `interfaces: [{dhcp: {mac: "${mac}", ip: {address: "2001:db8::10", netmask: "ffff:ffff:ffff:ffff::", family: 6}}}]`,
  "an interface that is never answered": `interfaces: [{disableDhcp: true, dhcp: {mac: "${mac}"}}]`,
  "a script's address": netboot("ipxe: {url: http://192.0.2.2/boot.ipxe}"),
  "a script": netboot('ipxe: {contents: "#!ipxe\\necho hello\\nshell\\n"}'),
  "a binary of iPXE": netboot("ipxe: {binary: snp.efi}"),
  "an operating system to install from": netboot(
    "osie: {baseURL: http://192.0.2.2/hook, kernel: vmlinuz, initrd: initramfs, kernelParams: [console=ttyS1]}",
  ),
  "a Raspberry Pi": netboot('rpi: {serialNum: "10000000abcdef01", configTxt: "arm_64bit=1"}'),
  "a PXELINUX configuration": netboot('pxelinux: {config: "DEFAULT linux"}'),
  "disks, user and vendor data": `disks: [{device: /dev/nvme0n1}, {device: /dev/sda}]\nuserData: "#cloud-config\\n"\nvendorData: "#cloud-config\\n"\n${dhcp("arch: aarch64")}`,
  "metadata of an instance": [
    dhcp("arch: x86_64"),
    `metadata: {facility: {facility_code: onprem, plan_slug: c2.medium.x86}, manufacturer: {slug: dell}, instance: {id: "${mac}", hostname: node-1,`,
    "  operating_system: {distro: ubuntu, version: '24.04', os_slug: ubuntu_24_04, slug: ubuntu}, allow_pxe: true, always_pxe: false, ssh_keys: [ssh-ed25519 AAAA],",
    "  ips: [{address: 192.0.2.10, netmask: 255.255.255.0, gateway: 192.0.2.1, family: 4, public: true}], crypted_root_password: $6$x}}",
  ].join("\n"),
  "metadata of storage": [
    "metadata: {instance: {storage: {disks: [{device: /dev/sda, wipe_table: true, partitions: [{label: ROOT, number: 1, size: 0}]}],",
    "  raid: [{name: md0, level: '1', devices: [/dev/sda1, /dev/sdb1]}],",
    "  filesystems: [{mount: {device: /dev/sda1, format: ext4, point: /, create: {force: true, options: [-L, ROOT]}}}]}}}",
    dhcp("arch: x86_64"),
  ].join("\n"),
  "a management controller": `bmcRef: {apiGroup: bmc.tinkerbell.org, kind: Machine, name: node-1-bmc}\n${dhcp("arch: x86_64")}`,
  "an agent's name and automatic enrolment": `agentID: ${mac}\nauto: {enrollmentEnabled: true}\n${dhcp("arch: x86_64")}`,
  "references and resources": `references: {lvm: {group: example.org, version: v1, resource: volumes, namespace: default, name: one}}\nresources: {cpu: "8"}\n${dhcp("arch: x86_64")}`,
  "an installer's ISO": `interfaces: [{dhcp: {mac: "${mac}", ${ip}}, isoboot: {sourceISO: http://192.0.2.2/hook.iso}}]`,
  "two interfaces": `interfaces: [{dhcp: {mac: "${mac}", ${ip}}}, {dhcp: {mac: "52:54:00:12:34:57", ip: {address: 198.51.100.10, netmask: 255.255.255.0}}}]`,
};

/** In the form that templates see it. */
export const hardware = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  metadata: { name: "node-1", namespace: "default" },
  spec: {
    disks: [{ device: "/dev/nvme0n1" }],
    interfaces: [
      {
        dhcp: {
          mac,
          hostname: "node-1",
          ip: { address: "192.0.2.10", netmask: "255.255.255.0", gateway: "192.0.2.1" },
        },
      },
    ],
    metadata: { instance: { id: mac, hostname: "node-1", operating_system: { slug: "ubuntu" } } },
  },
};
export const hardwareMap = { device_1: mac };
