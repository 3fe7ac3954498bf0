// Which Debian packages the builders run programs of, and why; installing them is the caller's decision.
import type { DebianPackage } from "@neverland/debian";

/** For the in-memory OS. None of these programs needs root. */
export const hookPackages: readonly DebianPackage[] = [
  { package: "debian-archive-keyring", purpose: "checking the signatures of Debian's package lists" },
  { package: "busybox-static", purpose: "the shell and tools of the in-memory OS" },
  { package: "kmod", purpose: "the index of the kernel's modules (depmod)" },
  { package: "binutils", purpose: "making the kernel's modules smaller (strip)" },
  { package: "squashfs-tools", purpose: "packing the in-memory OS (mksquashfs)" },
  { package: "xz-utils", purpose: "unpacking the kernel's modules" },
];

/** For the disk image. `uidmap` is what lets an ordinary user build it. */
export const imagePackages: readonly DebianPackage[] = [
  { package: "debian-archive-keyring", purpose: "checking the signatures of Debian's package lists" },
  { package: "mmdebstrap", purpose: "installing Debian into a folder" },
  { package: "uidmap", purpose: "installing Debian into a folder without root" },
  { package: "e2fsprogs", purpose: "making an ext4 file system (mkfs.ext4)" },
  { package: "dosfstools", purpose: "making the EFI system partition (mkfs.vfat)" },
  { package: "mtools", purpose: "filling the EFI system partition (mmd, mcopy)" },
  { package: "fdisk", purpose: "writing the partition table (sfdisk)" },
  { package: "grub-common", purpose: "making the boot loader (grub-mkimage)" },
  { package: "grub-pc-bin", purpose: "the boot loader for BIOS" },
  { package: "grub-efi-amd64-bin", purpose: "the boot loader for UEFI" },
  { package: "zstd", purpose: "compressing the image on all cores" },
];
