// Devices, FIFOs and extended attributes, for which Node has no call: made with the system's own programs.

import { spawnSync } from "node:child_process";
import { existsSync, linkSync, renameSync } from "node:fs";
import { OciError } from "../oci-error.ts";

export type NodeKind = "c" | "b" | "p";

/** Paths are bytes; `scratch` is a directory on the same file system, for names that no command line may carry. */
export class SpecialNodes {
  readonly #scratch: string;
  #counter = 0;

  constructor(scratch: string) {
    this.#scratch = scratch;
  }

  /** @throws {OciError} `bad-layer` when the system refuses, with its words. */
  make(path: Buffer, kind: NodeKind, major: number, minor: number): void {
    const temporary = `${this.#scratch}/node-${process.pid}-${++this.#counter}`;
    mknod(temporary, kind, major, minor);
    renameSync(temporary, path);
  }

  /** One device for all: overlayfs itself links its whiteouts. */
  whiteout(path: Buffer): void {
    const shared = `${this.#scratch}/whiteout`;
    if (!existsSync(shared)) mknod(shared, "c", 0, 0);
    linkSync(shared, path);
  }
}

function mknod(path: string, kind: NodeKind, major: number, minor: number): void {
  const numbers = kind === "p" ? [] : [String(major), String(minor)];
  run("mknod", [path, kind, ...numbers], "make a device node of the layer");
}

function run(program: string, args: readonly string[], purpose: string): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 30_000 });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim();
  throw new OciError("bad-layer", `Could not ${purpose} with ${program} (${why}); it takes root and the program.`, {
    cause: error,
  });
}

export type XattrsOfPath = { readonly path: Buffer; readonly xattrs: ReadonlyMap<string, Buffer> };

/** Sets extended attributes with `setfattr`; returns how many paths were left without, since that program is missing. */
export function setXattrs(entries: readonly XattrsOfPath[]): number {
  const wanted = entries.filter(({ xattrs }) => xattrs.size > 0);
  if (wanted.length === 0) return 0;
  const { status, error, stderr } = spawnSync("setfattr", ["-h", "--restore=-"], {
    input: wanted.map(restoreBlock).join("\n"),
    timeout: 60_000,
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT") return wanted.length;
  if (status !== 0)
    throw new OciError("bad-layer", `setfattr refused the layer's extended attributes: ${String(stderr).trim()}`);
  return 0;
}

/** The dump format of getfattr(1): octal escapes in paths, values in base64. */
export function restoreBlock({ path, xattrs }: XattrsOfPath): string {
  const escaped = [...path]
    .map((byte) => (byte > 32 && byte < 127 && byte !== 0x5c ? String.fromCharCode(byte) : octal(byte)))
    .join("");
  const values = [...xattrs].map(([name, value]) => `${name}=0s${value.toString("base64")}`);
  return [`# file: ${escaped}`, ...values, ""].join("\n");
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}
