import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { buildWorker, startFile } from "./build-worker.ts";
import { codeCacheFile, workerScript } from "./worker-script.ts";

const repository = join(import.meta.dirname, "../../..");
let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "build-worker-"));
  await buildWorker(repository, join(dir, "one"));
});
after(async () => await rm(dir, { recursive: true }));

test("what is built starts the worker", async () => {
  const help = await runProgram([process.execPath, join(dir, "one", startFile), "--help"]);
  assert.match(help, /^tink-worker runs a machine's actions/);
});

test("V8 takes the compiled code, and so does not compile", async () => {
  const cache = await readFile(join(dir, "one", codeCacheFile));
  assert.equal(workerScript(join(dir, "one"), cache).cachedDataRejected, false);
});

test("the worker starts without its compiled code when that is broken", async () => {
  await cp(join(dir, "one"), join(dir, "broken"), { recursive: true });
  await writeFile(join(dir, "broken", codeCacheFile), "not what V8 made");
  const help = await runProgram([process.execPath, join(dir, "broken", startFile), "--help"]);
  assert.match(help, /^tink-worker runs a machine's actions/);
});

test("a second build elsewhere is the same byte for byte", async () => {
  await buildWorker(repository, join(dir, "two"));
  const names = await readdir(join(dir, "one"));
  assert.equal(names.length, 3);
  for (const name of names) {
    const [one, two] = await Promise.all(["one", "two"].map(async (build) => await readFile(join(dir, build, name))));
    assert.ok(one !== undefined && two !== undefined && one.equals(two), `${name} differs`);
  }
});
