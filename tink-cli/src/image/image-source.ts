// Reads an image from a file or a web server, through whatever it is compressed by, and says what its first bytes are.
import { createReadStream } from "node:fs";
import { type Compression, contentBytes, decompress, notADisk, seenCompression } from "@neverland/actions/image-files";
import { CliError } from "../cli-error.ts";
import { isPartElsewhere } from "./other-files.ts";

export type ImageSource = {
  /** From the outermost in: `xz`. */
  readonly layers: readonly Compression[];
  /** Of what is inside of all of them. */
  readonly head: Uint8Array;
  /** All of that, from its first byte. May be asked for once. */
  chunks(): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
};

/** A file compressed more often was made to fill a disk. */
const mostLayers = 4;

/** @throws {CliError} `usage` for what cannot be read. */
export async function openImage(place: string, signal: AbortSignal): Promise<ImageSource> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  let source = await bytesOf(place, both);
  const layers: Compression[] = [];
  for (;;) {
    const { head, chunks } = await peek(source, place);
    const compression = seenCompression(head);
    if (compression === undefined || layers.length === mostLayers) {
      const close = async (): Promise<void> => ended.abort(new DOMException("The image was read", "AbortError"));
      return { layers, head, chunks, close };
    }
    layers.push(compression);
    source = decompress(compression, chunks(), both);
  }
}

/** By what `notADisk` calls them: the driver of qemu-img. Never left to guess: a raw disk may begin with what its last user wrote. */
const drivers: Readonly<Record<string, string>> = {
  "a qcow2 file": "qcow2",
  "a QED file": "qed",
  "a VMDK file": "vmdk",
  "a VHDX file": "vhdx",
  "a VHD file that grows": "vpc",
  "a VDI file": "vdi",
  "a Parallels file": "parallels",
  "a Bochs file": "bochs",
  "a cloop file": "cloop",
};

export function driverOf(is: string): string | undefined {
  return Object.hasOwn(drivers, is) ? drivers[is] : undefined;
}

/** What is to be said of an image that cannot be converted from this file alone. */
export const partElsewhere = {
  is: "a part of this disk is in another file, which it names",
  mend: "Put both together where it comes from: qemu-img convert -O qcow2",
};

type WhatItIs = {
  readonly is: string;
  /** What to do, when it is no disk as it is. */
  readonly mend: string | undefined;
  /** It is not the whole disk, so nothing can be made of it. */
  readonly isPart: boolean;
};

/** `a qcow2 file`, `a raw disk image`: what it is, and what to do when that is no disk. */
export function whatIs({ head }: ImageSource): WhatItIs {
  if (head.length === 0) return { is: "empty", mend: "Check the file", isPart: false };
  const found = notADisk(head);
  if (found === undefined) return { is: "a raw disk image", mend: undefined, isPart: false };
  const isPart = found.is === "the description of a VMDK file" || isPartElsewhere(driverOf(found.is) ?? "", head);
  return isPart ? { is: found.is, mend: partElsewhere.mend, isPart } : { ...found, isPart };
}

async function bytesOf(place: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  if (!/^https?:\/\//.test(place)) return createReadStream(place, { signal, highWaterMark: 1 << 20 });
  const response = await fetch(place, { signal }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new CliError("unavailable", `${place} cannot be read: ${why}`, { cause });
  });
  if (!response.ok || response.body === null)
    throw new CliError(
      "unavailable",
      `${place} cannot be read: the server answered ${response.status} ${response.statusText}`,
    );
  return response.body;
}

async function peek(
  source: AsyncIterable<Uint8Array>,
  place: string,
): Promise<{ readonly head: Uint8Array; chunks(): AsyncGenerator<Uint8Array> }> {
  const rest = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  try {
    for (let bytes = 0; bytes < contentBytes; ) {
      const next = await rest.next();
      if (next.done === true) break;
      // A chunk may be used only until the next is asked for.
      first.push(Buffer.from(next.value));
      bytes += next.value.length;
    }
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new CliError("usage", `${place} cannot be read: ${cause.message}`, { cause });
  }
  const head = Buffer.concat(first).subarray(0, contentBytes);
  return {
    head,
    async *chunks() {
      yield* first.splice(0);
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
    },
  };
}
