// Prepares GRUB's two BIOS stages to find each other, which grub-install would do on a real block device.
import { HookError } from "../hook-error.ts";

const sectorBytes = 512;
/** Bytes of the first sector that are code; the rest is the partition table's. */
const bootCodeBytes = 440;
/** Offsets and values of GRUB 2's boot.S and diskboot.S. */
const kernelSectorAt = 0x5c;
const driveCheckAt = 0x66;
const twoNops = 0x9090;
const blocklistAt = 0x1f4;
const coreSegment = 0x820;

/**
 * @param bootImage GRUB's `boot.img`, one sector.
 * @param coreImage What grub-mkimage made for `i386-pc`.
 * @param coreSector Where the core will lie on the disk.
 * @returns Bytes for the start of the disk, and the core with the place of its own rest written in.
 * @throws {HookError} `bad-input` when either is not of the expected shape.
 */
export function linkBiosStages(
  bootImage: Uint8Array,
  coreImage: Uint8Array,
  coreSector: number,
): { readonly bootCode: Buffer; readonly core: Buffer } {
  if (bootImage.length !== sectorBytes || coreImage.length <= sectorBytes)
    throw new HookError(
      "bad-input",
      `GRUB's boot image has ${bootImage.length} bytes and its core ${coreImage.length}; expected 512 and more than 512. Is grub-pc-bin whole?`,
    );
  const boot = Buffer.from(bootImage);
  boot.writeBigUInt64LE(BigInt(coreSector), kernelSectorAt);
  // Some firmware hands over a wrong drive number, and boot.S would believe it; without this jump it does not.
  boot.writeUInt16LE(twoNops, driveCheckAt);
  const core = Buffer.from(coreImage);
  core.writeBigUInt64LE(BigInt(coreSector + 1), blocklistAt);
  core.writeUInt16LE(Math.ceil(core.length / sectorBytes) - 1, blocklistAt + 8);
  core.writeUInt16LE(coreSegment, blocklistAt + 10);
  return { bootCode: boot.subarray(0, bootCodeBytes), core };
}
