// tink lab as its own words say: each line that is printed is typed, in that order, until a machine is installed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { runTink, startTink } from "./run-tink.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** Under emulation on two cores, with Hook and the image to build first: several times what it takes. */
const timeout = 15 * 60_000;

test("the lines that tink lab prints, typed as they stand, install a machine", { timeout }, async (t) => {
  const { signal } = t;
  const home = await mkdtemp(join(tmpdir(), "tink-lab-home-"));
  await mkdir(join(home, ".ssh"));
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(home, ".ssh/id_ed25519")], { signal });
  const env = {
    ...process.env,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "/root", ".cache"),
    ...{ HOME: home, XDG_STATE_HOME: join(home, "state"), XDG_DATA_HOME: join(home, "data") },
  };
  t.after(async () => {
    await runTink(["lab", "destroy"], { signal: AbortSignal.timeout(60_000), env });
    await rm(home, { recursive: true });
  });
  const started = await runTink(["lab", "start", "--accel", "tcg"], { signal, env });
  assert.deepEqual(linesToType(started.stdout), ["./tink lab up"]);
  const up = startTink(["lab", "up"], { signal, env });
  let said = "";
  up.process.stdout?.on("data", (text: string) => (said += text));
  await up.firstLine;
  const lines = linesToType(said);
  assert.equal(lines.length, 5, said);
  const type = async (line: string) => (await run("sh", ["-c", line], { cwd: root, env, signal })).stdout;
  const outputs: string[] = [];
  for (const line of lines.slice(0, 4)) outputs.push(await type(line));
  assert.match(outputs.at(-1) ?? "", /node-1-debian: SUCCESS/);
  // Until the installed system is up, and has made its user.
  let hostname: string | undefined;
  while (hostname === undefined) {
    hostname = await type(`${lines.at(-1)} hostname`).catch(() => undefined);
    if (hostname === undefined) await pause(1_000, undefined, { signal });
  }
  assert.equal(hostname, "node-1\n");
  // From either side of the lab's network, and where the user is.
  const inside = ["lab", "exec", "--", "sh", "-c", "pwd; tink get hw -o name"];
  const { stdout } = await run(join(root, "tink"), inside, { cwd: home, env, signal });
  assert.equal(stdout, `${home}\nhardware.tinkerbell.org/node-1\n`);
  up.process.kill("SIGINT");
  const { exitCode, stdout: words } = await up.ended;
  assert.equal(exitCode, 0);
  assert.deepEqual(linesToType(words).slice(lines.length), ["./tink lab destroy"]);
});

function linesToType(text: string): string[] {
  return text.split("\n").flatMap((line) => /^ {2}(\.\/tink .*)$/.exec(line)?.[1] ?? []);
}
