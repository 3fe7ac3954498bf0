// What a machine must have installed to run a lab, as data: the callers install it, or print the line that does.

export interface DebianPackage {
  readonly package: string;
  /** A program to be found in PATH (or the sbin folders), or, with a leading slash, a file. */
  readonly provides: string;
}

/** Everything the lab starts or reads. Names are those of Debian 12 and later, and of Ubuntu. */
export const labDebianPackages: readonly DebianPackage[] = [
  { package: "qemu-system-x86", provides: "qemu-system-x86_64" },
  { package: "ovmf", provides: "/usr/share/OVMF/OVMF_CODE_4M.fd" },
  { package: "ipxe-qemu", provides: "/usr/lib/ipxe/qemu/pxe-virtio.rom" },
  { package: "seabios", provides: "/usr/share/seabios/bios-256k.bin" },
  { package: "iproute2", provides: "ip" },
  { package: "util-linux", provides: "unshare" },
  { package: "openssh-client", provides: "ssh" },
];

/** What the lab's own tests need on top. */
export const labTestDebianPackages: readonly DebianPackage[] = [{ package: "openssh-server", provides: "sshd" }];
