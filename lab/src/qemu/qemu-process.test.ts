import assert from "node:assert/strict";
import { test } from "node:test";
import { startQemu } from "./qemu-process.ts";

const qmpArguments = ["-chardev", "socket,id=qmp0,fd=3", "-mon", "chardev=qmp0,mode=control"];
const bare = ["-machine", "none", "-nodefaults", "-display", "none", "-serial", "none", ...qmpArguments];
const patience = { timeoutMs: 20_000 };
const start = { machine: "m1", program: "qemu-system-x86_64", inheritFd: undefined, onSerial: () => undefined };

test("runs commands, hands on QEMU's refusals and sees it quit", async () => {
  const qemu = await startQemu({ ...start, args: bare }, patience);
  const status = await qemu.qmp.execute("query-status", {}, patience);
  assert.equal(Object(status).running, true);
  await assert.rejects(qemu.qmp.execute("frobnicate", {}, patience), {
    code: "qmp-failed",
    message: /frobnicate has not been found/,
  });
  await qemu.qmp.execute("quit", {}, patience);
  assert.deepEqual(await qemu.exited, { code: 0, signal: null, stderr: "" });
  await assert.rejects(qemu.qmp.execute("query-status", {}, patience), { code: "qmp-failed" });
});

test("a QEMU that dies at its start is told of in its own words", async () => {
  const broken = startQemu({ ...start, args: [...bare, "-device", "flux-capacitor"] }, patience);
  await assert.rejects(broken, { code: "qemu-died", message: /machine m1 died \(exit code 1\).*flux-capacitor/ });
});

test("a QEMU that is not installed is told of with its package", async () => {
  const missing = startQemu({ ...start, program: "/nonexistent/qemu", args: [] }, patience);
  await assert.rejects(missing, { code: "program-missing", message: /qemu-system-x86/ });
});
