// A server whose disk takes nothing, or takes its time: machines get addresses and files as ever, and people hear why nothing is written.
import assert from "node:assert/strict";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { kinds } from "@neverland/api";
import { clientsOf } from "../../connection/connect.ts";
import { findConnection } from "../../connection/connection.ts";
import { askAsHall } from "../../testing/ask-as-hall.ts";
import { HallServer } from "../../testing/hall-server.ts";

let server: HallServer;

afterEach(() => server.close());

/** A way to write: a Hardware of a new name each time. */
async function openWriter(): Promise<() => Promise<unknown>> {
  const hardware = clientsOf(await findConnection({ dataDir: server.dataDir }, {}, false))(kinds.Hardware);
  let at = 0;
  return async () => {
    at += 1;
    return await hardware.create({ metadata: { name: `written${at}` }, spec: { interfaces: [] } });
  };
}

const median = (times: readonly number[]): number =>
  times.toSorted((one, other) => one - other)[times.length >> 1] ?? Number.POSITIVE_INFINITY;

/** Every kind of question is answered, and as soon as with a good disk. */
async function assertServed(during: () => Promise<unknown>): Promise<void> {
  const asking = askAsHall(server.hall);
  await asking.answered(2);
  await during();
  await asking.answered(60);
  const answers = await asking.stop();
  for (const [kind, times] of Object.entries(answers)) assert.ok(median(times) < 50, `${kind}: ${median(times)} ms`);
}

for (const flushMs of [100, 1000])
  test(`while each flush of the disk takes ${flushMs} ms`, { timeout: 100_000 }, async () => {
    const slow = ["-e", "trace=fsync,fdatasync", "-e", `inject=fsync,fdatasync:delay_enter=${flushMs * 1000}`];
    server = await HallServer.open(() => ["strace", "-D", "-f", "--seccomp-bpf", "-o", "/dev/null", ...slow, "--"]);
    const write = await openWriter();
    await assertServed(async () => {
      for (let at = 0; at < 5; at += 1) {
        const fromMs = performance.now();
        await write();
        assert.ok(performance.now() - fromMs >= flushMs, "a write is there when it is on the disk");
      }
    });
  });

test("while the disk is full; and what is written again once there is space is there", {
  timeout: 100_000,
}, async () => {
  const mount = 'mkdir -p "$0" && mount -t tmpfs -o size=32m,mode=700 none "$0" && exec "$@"';
  const inside = ["--user", "--map-root-user", "--mount", "sh", "-c", mount];
  server = await HallServer.open((dataDir) => ["unshare", ...inside, dataDir]);
  const write = await openWriter();
  await write();
  const ballast = join(server.dataDir, "ballast");
  fill(ballast);
  await assertServed(async () => {
    await assert.rejects(async () => {
      for (let at = 0; at < 2000; at += 1) await write();
    }, /no space|full/i);
  });
  unlinkSync(ballast);
  await write();
});

function fill(path: string): void {
  const fd = openSync(path, "w");
  try {
    for (const some = Buffer.alloc(65_536); ; ) writeSync(fd, some);
  } catch (error) {
    assert.match(String(error), /ENOSPC/);
  } finally {
    closeSync(fd);
  }
}
