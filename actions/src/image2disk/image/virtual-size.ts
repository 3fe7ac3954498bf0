// How large the disk in a container is, by the container's own header.

/**
 * qcow2 (QEMU, docs/interop/qcow2.txt), sparse VMDK (VMware, Virtual Disk Format 5.0), growing VHD (Microsoft, VHD specification 1.0),
 * VDI (VirtualBox).
 * @param head Its first 512 bytes. @returns Bytes; undefined where the header does not say.
 */
export function virtualSize(head: Uint8Array): number | undefined {
  const bytes = Buffer.from(head);
  if (bytes.length < 512) return undefined;
  switch (bytes.toString("latin1", 0, 4)) {
    case "QFI\u00fb":
      return Number(bytes.readBigUInt64BE(24));
    case "KDMV":
      return Number(bytes.readBigUInt64LE(12)) * 512;
    case "cone":
      return Number(bytes.readBigUInt64BE(48));
  }
  return bytes.readUInt32LE(64) === 0xbeda107f ? Number(bytes.readBigUInt64LE(368)) : undefined;
}
