// What the tests need of Debian: what the demo needs, and programs that are not ours to test against.
import type { DebianPackage } from "@neverland/debian";
import { hookBuildPackages, imageBuildPackages } from "@neverland/hook";
import { labDebianPackages } from "@neverland/lab";

const peers: readonly DebianPackage[] = [
  { package: "ipxe", purpose: "the boot loader that machines are given" },
  { package: "isc-dhcp-client", purpose: "a DHCP client that is not ours (dhclient)" },
  { package: "isc-dhcp-relay", purpose: "a DHCP relay that is not ours (dhcrelay)" },
  { package: "udhcpc", purpose: "a DHCP client that is not ours (busybox)" },
  { package: "dhcping", purpose: "a DHCP client that is not ours, and that asks for settings alone" },
  { package: "dnsmasq-base", purpose: "a DHCP server that is not ours" },
  { package: "tftp-hpa", purpose: "a TFTP client that is not ours" },
  {
    package: "libwrap0",
    purpose: "a library of tftpd-hpa, a TFTP server that is not ours; tests unpack that themselves",
  },
  { package: "atftp", purpose: "a TFTP client that is not ours, and that knows windows" },
  { package: "curl", purpose: "an HTTP and TFTP client that is not ours" },
  { package: "skopeo", purpose: "a registry client that is not ours" },
  { package: "umoci", purpose: "an image tool that is not ours" },
  { package: "strace", purpose: "a disk that takes its time" },
  { package: "openssh-server", purpose: "an SSH server that is not ours" },
  { package: "runc", purpose: "running containers as Tink Worker does" },
  { package: "crun", purpose: "running containers as Tink Worker does in Hook" },
  { package: "zsh", purpose: "a shell in which tink's completion is tried" },
  { package: "fish", purpose: "a shell in which tink's completion is tried" },
  { package: "openssl", purpose: "certificates for tests" },
  { package: "mount", purpose: "loop devices and mounts, which small systems lack (losetup)" },
  { package: "attr", purpose: "extended attributes of image layers" },
  { package: "xz-utils", purpose: "compressed images to read" },
  { package: "bzip2", purpose: "compressed images to read" },
  { package: "qemu-utils", purpose: "disk images that are not ours (qemu-img)" },
  { package: "lz4", purpose: "compressed images to refuse" },
  { package: "zstd", purpose: "compressed images to read" },
];

export const testPackages: readonly DebianPackage[] = [
  ...labDebianPackages,
  ...hookBuildPackages,
  ...imageBuildPackages,
  ...peers,
];
