// A machine with an empty disk, from power-on to a login, on each kind of firmware: the product's one promise.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runTink } from "./run-tink.ts";

type DemoResult = {
  readonly state: string;
  readonly wallSeconds: number;
  readonly login: { readonly user: string; readonly hostname: string; readonly kernel: string };
  readonly stages: readonly { readonly name: string; readonly seconds: number }[];
};

/** Under emulation on two cores, with Hook and the image to build first: several times what it takes. */
const timeout = 15 * 60_000;

/** The one has as little memory as we say is enough, the other what the demo gives. */
const machines = [
  { firmware: "bios", memoryMiB: 512 },
  { firmware: "uefi", memoryMiB: 1024 },
] as const;

for (const { firmware, memoryMiB } of machines) {
  const name = `a ${firmware} machine with ${memoryMiB} MiB and an empty disk is installed and accepts the user's key`;
  test(name, { timeout }, async ({ signal }) => {
    const options = ["--firmware", firmware, "--memory", String(memoryMiB), "-o", "json"];
    const { exitCode, stdout, stderr } = await runTink(["demo", ...options], { signal });
    assert.equal(exitCode, 0, stderr);
    const result = JSON.parse(stdout) as DemoResult;
    assert.equal(result.state, "SUCCESS");
    assert.equal(result.login.user, "debian");
    assert.equal(result.login.hostname, "demo");
    const sum = result.stages.reduce((total, stage) => total + stage.seconds, 0);
    assert.ok(
      Math.abs(sum - result.wallSeconds) < 1,
      `the stages' sum is ${sum} s, the wall time ${result.wallSeconds} s`,
    );
    assert.ok(result.stages.length >= 10, `only ${result.stages.length} stages`);
  });
}
