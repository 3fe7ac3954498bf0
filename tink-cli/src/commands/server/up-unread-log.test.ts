// tink up whose log nobody reads: a paused terminal, a journal that is stuck. Machines and people are served all the same.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { trustingFetch } from "@neverland/api/trusting-fetch";
import { askAsHall } from "../../testing/ask-as-hall.ts";
import { type Hall, layOutHall, registerHallAt } from "../../testing/loopback-hall.ts";

const timeout = 60_000;

describe("tink up with a log that takes no more", { timeout }, () => {
  let dir: string;
  let hall: Hall;
  let server: ChildProcess;
  let exited: Promise<unknown[]>;
  let log: { readonly readEnd: number; readonly writeEnd: number };
  let ready: { readonly api: string; readonly http: string };

  before(async ({ signal }) => {
    dir = await mkdtemp(join(tmpdir(), "tink-unread-"));
    log = fullPipe(join(dir, "log"));
    hall = await layOutHall(dir);
    const args = [join(import.meta.dirname, "../../main.ts"), "up", "--data-dir", join(dir, "data"), ...hall.flags];
    server = spawn(process.execPath, [...process.execArgv, ...args], { stdio: ["ignore", "pipe", log.writeEnd] });
    exited = once(server, "exit");
    closeSync(log.writeEnd);
    const [line] = await once(createInterface(server.stdout ?? assert.fail()), "line", { signal });
    ready = JSON.parse(line);
  });
  after(async () => {
    server.kill("SIGKILL");
    await exited;
    closeSync(log.readEnd);
    await rm(dir, { recursive: true });
  });

  test("answers machines, and every one of them is worth a line in its log", async ({ signal }) => {
    for (let machine = 0x10; machine < 0x60; machine++) {
      const response = await fetch(`${ready.http}/ipxe/script/02:00:00:00:00:${machine.toString(16)}/auto.ipxe`, {
        signal,
      });
      await response.text();
      assert.equal(response.status, 404);
    }
  });

  test("answers machines by DHCP, TFTP and HTTP", async () => {
    await registerHallAt(join(dir, "data"));
    const asking = askAsHall(hall);
    await asking.answered(50);
    const answers = Object.values(await asking.stop()).flat();
    // What is not answered is asked again after a second.
    assert.ok(answers.filter((ms) => ms > 1000).length < answers.length / 20, `${answers.map(Math.round)}`);
  });

  test("answers people", async ({ signal }) => {
    const token = (await readFile(join(dir, "data/token"), "utf8")).trim();
    const headers = { authorization: `Bearer ${token}` };
    const path = "/apis/metal.neverland.dev/v1alpha1/machineevents";
    const authority = await readFile(join(dir, "data/tls/ca.crt"), "utf8");
    const response = await trustingFetch({ authority })(`${ready.api}${path}`, { headers, signal });
    assert.match(await response.text(), /02:00:00:00:00:10/);
  });

  test("ends when it is told to", async () => {
    server.kill();
    assert.deepEqual(await exited, [0, null]);
  });
});

/** Both ends of a pipe that holds as much as it can; whoever writes to the one waits until the other is read. */
function fullPipe(path: string): { readonly readEnd: number; readonly writeEnd: number } {
  execFileSync("mkfifo", [path]);
  const readEnd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  try {
    for (;;) writeSync(readEnd, Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
  return { readEnd, writeEnd };
}
