// Reads packet captures as QEMU writes them: classic pcap, either byte order, Ethernet.
import { LabError } from "../lab-error.ts";

export interface CapturedFrame {
  /** Since the epoch; QEMU stamps by its virtual clock on top of the time of its start. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
const magicMicroseconds = 0xa1b2c3d4;

/**
 * Reads all whole frames; a last one that is still being written is left out.
 * @throws {LabError} `bad-spec` when it is no microsecond pcap file.
 * @see https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html
 */
export function readPcap(bytes: Uint8Array): CapturedFrame[] {
  if (bytes.length < fileHeaderBytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getUint32(0, true) === magicMicroseconds;
  if (!little && view.getUint32(0) !== magicMicroseconds)
    throw new LabError("bad-spec", "not a pcap file: its first four bytes are not a1b2c3d4 in either order");
  const frames: CapturedFrame[] = [];
  let at = fileHeaderBytes;
  while (at + recordHeaderBytes <= bytes.length) {
    const end = at + recordHeaderBytes + view.getUint32(at + 8, little);
    if (end > bytes.length) break;
    const atMs = view.getUint32(at, little) * 1000 + view.getUint32(at + 4, little) / 1000;
    frames.push({ atMs, bytes: bytes.subarray(at + recordHeaderBytes, end) });
    at = end;
  }
  return frames;
}
