import assert from "node:assert/strict";
import { mkdtemp, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runProgram } from "@neverland/debian";
import { type CpioEntry, writeCpio } from "./cpio.ts";

const entries: CpioEntry[] = [
  { kind: "directory", path: "bin", mode: 0o755 },
  { kind: "file", path: "bin/five", mode: 0o750, content: Buffer.from("12345") },
  { kind: "file", path: "empty", mode: 0o644, content: new Uint8Array(0) },
  { kind: "link", path: "bin/link", target: "five" },
];

test("busybox' cpio unpacks what we packed: contents, modes, links", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "cpio-test-"));
  t.after(async () => await rm(dir, { recursive: true }));
  await runProgram(["busybox", "cpio", "-i", "-d"], {
    cwd: dir,
    input: Buffer.concat(writeCpio(entries, 1_767_225_600)),
  });
  assert.equal(await readFile(join(dir, "bin/five"), "utf8"), "12345");
  assert.equal((await stat(join(dir, "bin/five"))).mode & 0o7777, 0o750);
  assert.equal((await stat(join(dir, "empty"))).size, 0);
  assert.equal(await readlink(join(dir, "bin/link")), "five");
});

test("a listing shows owner root and the given time, whoever packs and when", async () => {
  const console: CpioEntry = { kind: "character-device", path: "dev/console", mode: 0o600, major: 5, minor: 1 };
  const archive = Buffer.concat(writeCpio([{ kind: "directory", path: "dev", mode: 0o755 }, console], 1_767_225_600));
  const listing = await runProgram(["busybox", "cpio", "-tv"], { input: archive, env: { ...process.env, TZ: "UTC" } });
  assert.match(listing, /^crw------- 0\/0 +\d+ 2026-01-01 00:00:00 dev\/console$/m);
});

test("the same entries give the same bytes", () => {
  assert.deepEqual(Buffer.concat(writeCpio(entries, 1)), Buffer.concat(writeCpio(entries, 1)));
});

test("every header and every content begins at a multiple of four bytes", () => {
  const archive = Buffer.concat(writeCpio(entries, 0));
  const starts = [...archive.toString("latin1").matchAll(/070701/g)].map((match) => match.index % 4);
  assert.deepEqual(starts, [0, 0, 0, 0, 0]);
});
