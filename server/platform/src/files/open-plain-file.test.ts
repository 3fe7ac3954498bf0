import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { fileFault, openPlainFile } from "./open-plain-file.ts";

let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "plain-file-"));
});

after(() => rm(dir, { recursive: true }));

test("opens a plain file and knows its size", async () => {
  const path = join(dir, "file");
  await writeFile(path, "12345");
  const opened = await openPlainFile(path);
  assert.ok("handle" in opened);
  assert.equal(opened.stats.size, 5n);
  await opened.handle.close();
});

test("what is no plain file is none, and a pipe is not waited for", async () => {
  await mkdir(join(dir, "folder"));
  await promisify(execFile)("mkfifo", [join(dir, "pipe")]);
  for (const name of ["folder", "pipe", "absent", "absent/below"]) {
    const opened = await openPlainFile(join(dir, name));
    assert.equal("reason" in opened && opened.reason, "NoSuchFile", name);
  }
});

test("a file that is there and is not given is no missing one", () => {
  const error = (code: string) => Object.assign(new Error(`${code}: …`), { code });
  assert.equal(fileFault("/x", error("EACCES")).reason, "FileUnreadable");
  assert.equal(fileFault("/x", error("EIO")).reason, "FileUnreadable");
  assert.equal(fileFault("/x", error("EMFILE")).reason, "TooManyOpenFiles");
  assert.equal(fileFault("/x", error("ENFILE")).reason, "TooManyOpenFiles");
});
