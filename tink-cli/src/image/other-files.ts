// Whether an image of a virtual machine is not whole: such a file names others, or what it was made from, for a part of its content.

/** By the driver of qemu-img: where its format says so in its first bytes, which are enough to know it without opening what it names. */
const namesOthers: Readonly<Record<string, (head: Buffer) => boolean>> = {
  // Offset of the backing file's name; the incompatible feature "external data file", which version 2 does not have.
  qcow2: (head) => head.readBigUInt64BE(8) !== 0n || (head.readUInt32BE(4) >= 3 && (head.readUInt8(79) & 4) !== 0),
  qed: (head) => (head.readUInt8(16) & 1) !== 0,
  // With no capacity of its own it is only read for its description, which names extents: any file of this computer (CVE-2022-47951).
  vmdk: (head) => head.toString("latin1", 0, 4) === "KDMV" && head.readBigUInt64LE(12) === 0n,
  // A differencing disk, of which qemu-img would read what is not in it as zeros.
  vpc: (head) => head.readUInt32BE(60) === 4,
  // The UUID of its parent.
  vdi: (head) => head.subarray(424, 440).some((byte) => byte !== 0),
};

/** @param head The first 512 bytes; fewer are no image of any driver. */
export function isPartElsewhere(driver: string, head: Uint8Array): boolean {
  const bytes = Buffer.concat([head.subarray(0, 512), Buffer.alloc(512)]);
  return Object.hasOwn(namesOthers, driver) && namesOthers[driver]?.(bytes) === true;
}

/**
 * What only qemu-img finds, as in the description inside of a VMDK file.
 * @param facts `qemu-img info --output=json FILE`. Each extent must be the file itself; there is no format-specific part but those known.
 */
export function namesOtherFiles(facts: Readonly<Record<string, unknown>>, file: string): boolean {
  if (facts["backing-filename"] !== undefined) return true;
  const { type, data = {} } = (facts["format-specific"] ?? {}) as { readonly type?: string; readonly data?: object };
  if (type === undefined) return false;
  if (type === "qcow2") return "data-file" in data;
  if (type !== "vmdk" || !("extents" in data) || !Array.isArray(data.extents)) return true;
  const isWhole = "create-type" in data && wholeTypes.has(String(data["create-type"]));
  return !isWhole || data.extents.some((extent: { readonly filename?: unknown }) => extent.filename !== file);
}

/** Of a VMDK that is one file. */
const wholeTypes: ReadonlySet<string> = new Set(["monolithicSparse", "streamOptimized"]);
