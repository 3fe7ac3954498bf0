// What a raw disk image has in its first sectors: a table of partitions, and what firmware can start of it.

/** Offsets and sizes in bytes. */
export type Partition = {
  readonly number: number;
  readonly type: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
};

export type DiskContent = {
  /** A file system may also be there without a table: such an image is for a partition. */
  readonly table: "GPT" | "MBR" | "none";
  readonly fileSystem: string | undefined;
  readonly partitions: readonly Partition[];
  /** How long the whole disk is by its table, if it says more than its partitions do; in bytes. */
  readonly leastBytes: number;
  /** Empty: nothing that firmware knows how to start. */
  readonly firmware: readonly ("BIOS" | "UEFI")[];
};

/** So much of the beginning is enough for all that is looked for. */
export const contentBytes = 128 * 1024;

const sector = 512;
const bootCodeBytes = 440;
const firstEntry = 446;
const entryBytes = 16;

/** By GUID in the order of its bytes on the disk. */
const gptTypes: Readonly<Record<string, string>> = {
  "28732ac11ff8d211ba4b00a0c93ec93b": "EFI system",
  "4861682149646f6e744e656564454649": "BIOS boot",
  af3dc60f838472478e793d69d8477de4: "Linux",
  e3bc684fcde8b14d96e7fbcaf984b709: "Linux root (x86-64)",
  a2a0d0ebe5b9334487c068b6b72699c7: "Windows data",
};
const mbrTypes: Readonly<Record<number, string>> = {
  7: "Windows data",
  12: "FAT32",
  130: "swap",
  131: "Linux",
  238: "all of it, for a GPT",
  239: "EFI system",
};
const protective = mbrTypes[238];

/** Of what begins a file system that fills the whole image. */
const fileSystems: readonly { readonly at: number; readonly starts: string; readonly is: string }[] = [
  { at: 1080, starts: "53ef", is: "ext4" },
  { at: 0, starts: "58465342", is: "XFS" },
  { at: 0, starts: "68737173", is: "squashfs" },
  { at: 0, starts: "4c554b53babe", is: "LUKS" },
  { at: 512, starts: "4c4142454c4f4e45", is: "a volume of LVM" },
  { at: 1024, starts: "e2e1f5e0", is: "EROFS" },
  { at: 1024, starts: "1020f5f2", is: "F2FS" },
  { at: 4086, starts: "53574150535041434532", is: "swap" },
  { at: 65_600, starts: "5f42485266535f4d", is: "Btrfs" },
  { at: 32_769, starts: "4344303031", is: "ISO 9660 (an installer's disc)" },
];

/** Whether firmware or a kernel takes it for a disk with something on it: the signature of a boot sector. */
export function hasBootSector(head: Uint8Array): boolean {
  return head[510] === 0x55 && head[511] === 0xaa;
}

/** @param head The first `contentBytes` of the image, or all of a shorter one. */
export function readDiskContent(head: Uint8Array): DiskContent {
  const bytes = Buffer.from(head);
  const fileSystem = fileSystems.find(
    ({ at, starts }) => bytes.toString("hex", at, at + starts.length / 2) === starts,
  )?.is;
  if (!hasBootSector(bytes)) return { table: "none", fileSystem, partitions: [], leastBytes: 0, firmware: [] };
  const isGpt = bytes.toString("latin1", sector, sector + 8) === "EFI PART";
  const partitions = isGpt ? gptPartitions(bytes) : mbrPartitions(bytes);
  const hasCode = bytes.subarray(0, bootCodeBytes).some((byte) => byte !== 0);
  const types = partitions.map(({ type }) => type);
  const startsBios = hasCode && (!isGpt || types.includes("BIOS boot") || !types.includes("EFI system"));
  return {
    table: partitions.length === 0 && !isGpt ? "none" : isGpt ? "GPT" : "MBR",
    fileSystem,
    partitions,
    leastBytes: leastBytes(partitions, isGpt ? bytes : undefined),
    firmware: [
      ...(startsBios ? (["BIOS"] as const) : []),
      ...(types.includes("EFI system") ? (["UEFI"] as const) : []),
    ],
  };
}

/** MBRs of a GPT's kind cover whatever disk they are on. A GPT's second header is on the last sector (UEFI 2.10 §5.3.2). */
function leastBytes(partitions: readonly Partition[], gpt: Buffer | undefined): number {
  const last =
    gpt === undefined || gpt.length < 2 * sector ? 0 : Number(gpt.readBigUInt64LE(sector + 32) + 1n) * sector;
  const ends = partitions.filter(({ type }) => type !== protective).map((each) => each.offsetBytes + each.sizeBytes);
  return Math.max(last, ...ends);
}

/** UEFI 2.10 §5.3.3. */
function gptPartitions(bytes: Buffer): Partition[] {
  if (bytes.length < 2 * sector) return [];
  const first = Number(bytes.readBigUInt64LE(sector + 72)) * sector;
  const [count, size] = [bytes.readUInt32LE(sector + 80), bytes.readUInt32LE(sector + 84)];
  const found: Partition[] = [];
  for (let index = 0; index < Math.min(count, 128) && size >= 128; index++) {
    const at = first + index * size;
    if (at + 48 > bytes.length) break;
    const guid = bytes.toString("hex", at, at + 16);
    if (/^0+$/.test(guid)) continue;
    const [from, to] = [Number(bytes.readBigUInt64LE(at + 32)), Number(bytes.readBigUInt64LE(at + 40))];
    const place = { offsetBytes: from * sector, sizeBytes: (to - from + 1) * sector };
    found.push({ number: index + 1, type: gptTypes[guid] ?? guid, ...place });
  }
  return found;
}

/** A boot sector of FAT or NTFS has the same signature, and code or words where entries would say whether they are started. */
function mbrPartitions(bytes: Buffer): Partition[] {
  const isTable = [0, 1, 2, 3].every((index) => [0, 0x80].includes(bytes[firstEntry + index * entryBytes] ?? 1));
  if (!isTable) return [];
  return [0, 1, 2, 3].flatMap((index) => {
    const at = firstEntry + index * entryBytes;
    const type = bytes[at + 4] ?? 0;
    if (type === 0) return [];
    const place = { offsetBytes: bytes.readUInt32LE(at + 8) * sector, sizeBytes: bytes.readUInt32LE(at + 12) * sector };
    return [{ number: index + 1, type: mbrTypes[type] ?? `type ${type.toString(16)}`, ...place }];
  });
}
