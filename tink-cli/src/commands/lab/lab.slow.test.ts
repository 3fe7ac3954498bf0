// A lab by its commands, from start to destroy, and what each says to those who hold it wrong.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { checkout } from "../../own-command.ts";
import { type CliRun, type RunningCli, runCliProcess, startCli } from "../../testing/cli-bench.ts";

describe("a lab", { timeout: 300_000 }, () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "tink-lab-"));
  });
  after(async () => {
    await lab("destroy");
    await rm(dir, { recursive: true });
  });

  const start = (command: string, ...words: string[]): RunningCli => startCli(["lab", command, "--dir", dir, ...words]);
  const lab = async (command: string, ...words: string[]): Promise<CliRun> => await start(command, ...words).ended;
  const done = (stdout: string): CliRun => ({ code: 0, stdout, stderr: "" });

  for (const words of [["list"], ["add", "m1"], ["power", "m1", "on"], ["serial", "m1"], ["remove", "m1"], ["destroy"]])
    test(`that does not run is exit code 69 for tink lab ${words.join(" ")}`, async () => {
      const { code, stdout, stderr } = await lab(words[0] ?? "", ...words.slice(1));
      assert.deepEqual(
        [code, stdout, stderr],
        [69, "", `tink: no lab runs in ${dir}; start one with: tink lab start\n`],
      );
    });

  test("is started once, and says what to do next", async () => {
    const { code, stdout } = await lab("start", "--accel", "tcg");
    assert.equal(code, 0);
    assert.match(stdout, /^A lab runs in .* \(emulation was asked for\)\. Next:\n {2}\.\/tink lab up --dir \S+\n$/);
    const again = await lab("start", "--accel", "tcg");
    assert.deepEqual([again.code, /a lab already runs in/.test(again.stderr)], [1, true]);
    assert.deepEqual(await lab("list"), {
      code: 0,
      stdout: "",
      stderr: "The lab has no machines; add one with: tink lab add NAME\n",
    });
  });

  test("takes a machine, and lists it", async () => {
    const row = /^NAME +MAC +FIRMWARE +POWER +FOLDER\nm1 +02:4c:41:42:00:01 +bios +off +\S+\/machines\/m1\n$/;
    assert.match((await lab("add", "m1", "--memory", "128", "--disk", "1")).stdout, row);
    assert.match((await lab("list")).stdout, row);
  });

  const wrong: readonly [words: string[], code: number, says: RegExp][] = [
    [["add", "m1"], 1, /^tink: there is a machine m1 already; choose another name, or remove it\n$/],
    [["add", "m2", "--mac", "zz"], 2, /^tink: MAC address "zz" is not six bytes in hexadecimal; write it as 02:/],
    [["add", "m2", "--mac", "02:4c:41:42:00:01"], 1, /^tink: machine m1 has the MAC 02:4c:41:42:00:01 already/],
    [["add", "m2", "--memory", "lots"], 2, /--memory.*'lots' is invalid\. Expected a whole number/],
    [["add", "m2", "--memory", "1"], 2, /^tink: machine m2: memoryMiB is 1; it must be a whole number from 64/],
    [["add", "m 2"], 2, /^tink: machine m 2: name is "m 2"; it must be letters/],
    [["add", "m2", "--firmware", "coreboot"], 2, /Allowed choices are bios, uefi/],
    [["power", "m9", "on"], 3, /^tink: there is no machine "m9" in this rack; there are: m1\n$/],
    [["power", "m1", "explode"], 2, /Allowed choices are on, off, cycle, reset, button/],
    [["power", "m1", "reset"], 1, /^tink: machine m1 is off; power it on first\n$/],
    [["serial", "m1"], 1, /^tink: machine m1 has said nothing yet: it was never on; power it on with: /],
    [["serial", "m9"], 3, /^tink: there is no machine "m9"/],
    [["remove", "m9"], 3, /^tink: there is no machine "m9"/],
  ];
  for (const [words, code, says] of wrong)
    test(`answers tink lab ${words.join(" ")} with a sentence and exit code ${code}`, async () => {
      const run = await lab(words[0] ?? "", ...words.slice(1));
      assert.deepEqual([run.code, run.stdout], [code, ""]);
      assert.match(run.stderr, says);
    });

  test("powers a machine on, and its serial port shows what the firmware says", async () => {
    const following = start("serial", "-f", "m1");
    assert.match((await lab("power", "m1", "on")).stdout, /\nm1 +\S+ +bios +on /);
    await following.saw(/SeaBIOS[\s\S]*iPXE/);
    following.interrupt();
    const { code, stderr } = await following.ended;
    assert.deepEqual([code, stderr], [130, ""]);
    assert.match((await lab("serial", "m1")).stdout, /SeaBIOS/);
  });

  test("runs programs on its network, and hands on how they end", async () => {
    const exec = (...argv: string[]) => runCliProcess(["lab", "exec", "--dir", dir, "--", ...argv], "");
    const { code, stdout } = await exec("ip", "-brief", "addr");
    assert.equal(code, 0);
    assert.match(stdout, /^br0 +\S+ +10\.77\.0\.1\/24 169\.254\.169\.254\/32/m);
    assert.equal((await exec("sh", "-c", "exit 7")).code, 7);
    assert.equal((await exec("no-such-program")).code, 127);
  });

  test("ends a program on its network when it is told to end itself", async ({ signal }) => {
    const mark = join(dir, "told");
    const script = `trap 'kill $!; touch ${mark}; exit' TERM; sleep 300 & echo waits; wait`;
    const exec = spawn(join(checkout, "tink"), ["lab", "exec", "--dir", dir, "--", "sh", "-c", script], { signal });
    await once(exec.stdout, "data");
    exec.kill("SIGTERM");
    assert.deepEqual(await once(exec, "exit"), [143, null]);
    while (!existsSync(mark)) await pause(20, undefined, { signal });
    await rm(mark);
  });

  test("powers a machine off, and removes it", async () => {
    assert.match((await lab("power", "m1", "off")).stdout, /\nm1 +\S+ +bios +off /);
    const kept = join(dir, "machines", "m1");
    assert.deepEqual(await lab("remove", "m1"), done(`m1 was removed; its disk and logs stay in ${kept}\n`));
    assert.deepEqual((await lab("remove", "m1")).code, 3);
  });

  test("is destroyed with machines on, leaves disks and logs, and no process", { timeout: 60_000 }, async ({
    signal,
  }) => {
    await lab("add", "m2", "--memory", "128", "--disk", "1");
    await lab("power", "m2", "on");
    assert.ok((await processesNaming(dir)).length >= 2); // the lab, QEMU
    assert.deepEqual(await lab("destroy"), done(`The lab has ended; disks and logs stay in ${dir}\n`));
    // The lab's last process ends a moment after its socket.
    while ((await processesNaming(dir)).length > 0) await pause(20, undefined, { signal });
    assert.deepEqual((await readdir(dir)).sort(), ["lab.log", "machines"]);
    assert.equal((await lab("destroy")).stderr, `tink: no lab runs in ${dir}; start one with: tink lab start\n`);
  });
});

async function processesNaming(mark: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(mark));
}
