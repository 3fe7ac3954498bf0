// All tests of the runtime again with crun, on a machine without cgroups as Hook is one.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const suite = fileURLToPath(new URL("oci-runtime.root.test.ts", import.meta.url));
const withoutCgroups = 'umount -R /sys/fs/cgroup && mount -t tmpfs tmpfs /sys/fs/cgroup && exec "$@"';

test("crun does all that runc does", { timeout: 120_000 }, async (t) => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // a runner of its own, not a part of this one
  const command = ["-c", withoutCgroups, "sh", process.execPath, "--test", "--test-reporter=tap", suite];
  const { stdout } = await run("unshare", ["-m", "sh", ...command], {
    env: { ...env, TEST_OCI_RUNTIME: "crun" },
    signal: t.signal,
    maxBuffer: 1 << 24,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }));
  assert.match(stdout, /^# fail 0$/m, stdout);
  assert.match(stdout, /^# pass [1-9]\d*$/m, stdout);
});
