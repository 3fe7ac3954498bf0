// Where the parts of the disk image lie. One layout for BIOS and UEFI: a GPT whose first partition holds GRUB for BIOS.

/** Identities are fixed, as in any disk image that is copied to many machines. */
export const rootUuid = "6e657665-726c-416e-8d2d-000000000001";
const diskUuid = "6e657665-726c-416e-8d2d-000000000002";
export const espSerial = "6E657665";

export const mebibyte = 1024 * 1024;
const sectorBytes = 512;

/** Starts and sizes in MiB. The end of the image is the backup of the partition table. */
export type DiskLayout = {
  readonly biosBoot: Extent;
  readonly esp: Extent;
  readonly root: Extent;
  readonly totalMiB: number;
};
export type Extent = { readonly startMiB: number; readonly sizeMiB: number };

export function diskLayout(rootMiB: number): DiskLayout {
  const biosBoot = { startMiB: 1, sizeMiB: 1 };
  const esp = { startMiB: 2, sizeMiB: 8 };
  const root = { startMiB: 10, sizeMiB: rootMiB };
  return { biosBoot, esp, root, totalMiB: root.startMiB + rootMiB + 1 };
}

/** Logical block address of an extent's first sector. */
export function firstSector(extent: Extent): number {
  return (extent.startMiB * mebibyte) / sectorBytes;
}

/** Input of sfdisk(8). The types are those of the UEFI specification and of GRUB's BIOS boot partition. */
export function sfdiskScript(layout: DiskLayout): string {
  const line = (extent: Extent, type: string, number: number): string =>
    `start=${extent.startMiB}MiB,size=${extent.sizeMiB}MiB,type=${type},uuid=6e657665-726c-416e-8d2d-00000000001${number}`;
  return [
    "label: gpt",
    `label-id: ${diskUuid}`,
    line(layout.biosBoot, "21686148-6449-6E6F-744E-656564454649", 1),
    line(layout.esp, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", 2),
    line(layout.root, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", 3),
    "",
  ].join("\n");
}
