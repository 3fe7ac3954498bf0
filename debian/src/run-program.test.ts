import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "./run-program.ts";

test("a program gets its input and gives back what it wrote", async () => {
  assert.equal(await runProgram(["cat"], { input: "hello\n" }), "hello\n");
});

test("a program that fails is quoted with its command line and exit code", async () => {
  await assert.rejects(runProgram(["sh", "-c", "echo no disk >&2; exit 3"]), {
    code: "failed",
    message: /^sh -c .* ended with exit code 3: no disk$/,
  });
});

test("a program that is not there is named", async () => {
  await assert.rejects(runProgram(["no-such-program"]), { code: "not-found", message: /^no-such-program cannot/ });
});

test("a program that takes too long is killed, also when it heeds no SIGTERM", async () => {
  await assert.rejects(runProgram(["sh", "-c", "trap '' TERM; exec sleep 1000"], { timeoutMs: 50 }), {
    code: "failed",
    message: /ended with SIGKILL \(it had 50 ms\)/,
  });
});

test("a program ends when its caller gives up", async () => {
  const signal = AbortSignal.timeout(50);
  await assert.rejects(runProgram(["sleep", "1000"], { signal }), { code: "aborted", message: "sleep was given up" });
});

test("programs of the administrator are found without being in PATH", async () => {
  assert.match(await runProgram(["ip", "-Version"], { env: { PATH: "/nonexistent" } }), /^ip utility/);
});
