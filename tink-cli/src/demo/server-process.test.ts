import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { endText, startServerProcess } from "./server-process.ts";

test("a server that ends before it is ready is told with its own last words, not those of another that logs there", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "server-process-"));
  t.after(() => rm(dir, { recursive: true }));
  const log = join(dir, "server.log");
  await writeFile(log, "tink: of another\n");
  await assert.rejects(startServerProcess(["--data-dir", dir, "--loud"], log, t.signal), {
    code: "failed",
    message: /: it ended with exit code 2; its last words: error: unknown option .--loud/,
  });
});

test("an end by a signal has no exit code", () => {
  assert.equal(endText(null, "SIGKILL"), "it was killed by SIGKILL");
  assert.equal(endText(null), "it was killed");
  assert.equal(endText(1), "it ended with exit code 1");
});
