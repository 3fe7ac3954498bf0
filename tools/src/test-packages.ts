// What the tests need of Debian beyond what the demo needs: foreign peers, above all.
import type { DebianPackage } from "@neverland/debian";

export const testPackages: readonly DebianPackage[] = [
  { package: "isc-dhcp-client", purpose: "a DHCP client that is not ours (dhclient)" },
  { package: "udhcpc", purpose: "a DHCP client that is not ours (busybox)" },
  { package: "tftp-hpa", purpose: "a TFTP client that is not ours" },
  { package: "curl", purpose: "an HTTP and TFTP client that is not ours" },
  { package: "iproute2", purpose: "network namespaces" },
  { package: "runc", purpose: "running containers as Tink Worker does" },
  { package: "busybox-static", purpose: "the content of test containers" },
  { package: "skopeo", purpose: "a registry client that is not ours" },
  { package: "umoci", purpose: "an unpacker of images that is not ours" },
  { package: "xz-utils", purpose: "making xz images" },
  { package: "bzip2", purpose: "making bzip2 images" },
  { package: "e2fsprogs", purpose: "making and reading ext4 without mounting it" },
  { package: "grub-common", purpose: "checking that GRUB takes the configurations we test with" },
  { package: "binutils", purpose: "making the Node binary of action images smaller" },
];
