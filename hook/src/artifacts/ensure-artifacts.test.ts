import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ensureArtifacts } from "./ensure-artifacts.ts";

test("apt is asked once for the state of its archive, whatever is built", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "ensure-artifacts-"));
  const { PATH } = process.env;
  t.after(async () => {
    process.env.PATH = PATH;
    await rm(dir, { recursive: true });
  });
  // One that fails: nothing is built then.
  const script = `#!/bin/sh\necho "$1" >> ${join(dir, "asked")}\nexit 7\n`;
  await writeFile(join(dir, "apt-cache"), script, { mode: 0o755 });
  process.env.PATH = `${dir}:${PATH}`;
  await assert.rejects(ensureArtifacts({ cacheDir: join(dir, "cache") }), /apt-cache policy .* 7/s);
  assert.equal(await readFile(join(dir, "asked"), "utf8"), "policy\n");
});
