import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

test("a resource in a log line shows no value of its sensitive fields", { timeout: 60_000 }, async () => {
  const object = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { password: "canary-4711" } };
  const program = `
    import { openLog } from ${JSON.stringify(new URL("log.ts", import.meta.url).href)};
    openLog("info").info({ event: "seen", object: ${JSON.stringify(object)} }, "text");`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "--eval", program];
  const { stderr } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
  assert.deepEqual(JSON.parse(stderr).object.data, { password: "[redacted]" });
});
