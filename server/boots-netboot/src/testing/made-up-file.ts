// Files that no disk holds, of any length, and foreign TFTP clients that read them to the end, every byte looked at.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileVersion, ServedFile } from "@neverland/platform/files/served-file.ts";
import type { BootFiles } from "../boot-files.ts";
import { openBootsOnLoopback } from "./boots-on-loopback.ts";

const pieceBytes = 300_000;

/** Bytes by their place alone: no two blocks are alike, and none is where another should be. */
function fill(bytes: Buffer, offset: number): Buffer {
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(((offset + at) / 4) >>> 0, at);
  return bytes;
}

/** It is made as it is read; a multiple of four bytes long. */
export function madeUpFile(sizeBytes: number, tell: { closed?: () => void; fails?: number } = {}): BootFiles {
  const lastModified = { ms: 0, text: "" };
  const version: FileVersion = {
    path: "/srv/snponly.efi",
    sizeBytes,
    lastModified,
    etag: `"${sizeBytes}"`,
    mtimeNs: 0n,
  };
  const read = async (offset: number, most: number) =>
    offset >= (tell.fails ?? sizeBytes)
      ? ({ reason: "FileUnreadable", message: "/srv/snponly.efi cannot be read: it was changed meanwhile" } as const)
      : fill(Buffer.alloc(Math.min(most, pieceBytes, sizeBytes - offset)), offset);
  const reading = { read, inMemory: () => undefined, close: () => tell.closed?.() };
  return { open: async () => new ServedFile(version, reading, () => undefined) };
}

/**
 * Has a client of somebody else's read a made-up file of so many bytes. Asserts that it is the file, and that nobody holds it afterwards.
 * @param script For sh; its output is the file. `PORT` in it is the server's on 127.0.0.1, and the file's name is snponly.efi.
 */
export async function readToTheEnd(sizeBytes: number, script: string): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const boots = await openBootsOnLoopback({ files: madeUpFile(sizeBytes, { closed: closed.resolve }) });
  const command = script.replaceAll("PORT", String(boots.tftpPort));
  const client = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "ignore"] });
  let at = 0;
  let rest: Buffer = Buffer.alloc(0);
  client.stdout.on("data", (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length & ~3;
    assert.ok(fill(Buffer.alloc(whole), at).equals(bytes.subarray(0, whole)), `other bytes after ${at}`);
    at += whole;
    rest = bytes.subarray(whole);
  });
  await once(client, "close");
  assert.equal(at, sizeBytes);
  await boots.event(({ type }) => type === "TftpRead");
  await boots.close();
  await closed.promise;
}
