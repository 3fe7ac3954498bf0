// The Debian packages that a lab needs: the callers install them, or print the line that does.
import type { DebianPackage } from "@neverland/debian";

/** Everything the lab starts or reads. Names are those of Debian 12 and later, and of Ubuntu. */
export const labDebianPackages: readonly DebianPackage[] = [
  { package: "qemu-system-x86", purpose: "virtual machines" },
  { package: "ovmf", purpose: "UEFI firmware for them" },
  { package: "ipxe-qemu", purpose: "iPXE in their network cards" },
  { package: "seabios", purpose: "BIOS firmware for them" },
  { package: "iproute2", purpose: "their network" },
  { package: "util-linux", purpose: "namespaces of their own" },
  { package: "openssh-client", purpose: "logging in to them" },
];
