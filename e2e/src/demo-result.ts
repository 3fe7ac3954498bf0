// What `tink demo -o json` prints, and what must be true of it after every install.
import assert from "node:assert/strict";

export type DemoResult = {
  readonly state: string;
  readonly wallSeconds: number;
  readonly login: {
    readonly user: string;
    readonly hostname: string;
    readonly kernel: string;
    readonly keyFile: string;
    readonly rootBytes: number;
    readonly diskBytes: number;
  };
  readonly stages: readonly { readonly name: string; readonly seconds: number }[];
};

/** With `--keep`. */
export type KeptDemoResult = DemoResult & {
  readonly sshPort: number;
  readonly kubeconfig: string;
  readonly flags: readonly string[];
};

/** Installed, logged in, and a stage bill that accounts for the whole time. */
export function assertInstalled(result: DemoResult): void {
  assert.equal(result.state, "SUCCESS");
  assert.equal(result.login.user, "debian");
  assert.equal(result.login.hostname, "demo");
  assert.ok(result.login.rootBytes > 0.9 * result.login.diskBytes, JSON.stringify(result.login));
  const sum = result.stages.reduce((total, stage) => total + stage.seconds, 0);
  assert.ok(
    Math.abs(sum - result.wallSeconds) < 1,
    `the stages' sum is ${sum} s, the wall time ${result.wallSeconds} s`,
  );
  assert.ok(result.stages.length >= 10, `only ${result.stages.length} stages`);
}
