// A machine behind a path that takes less than its server's link, as one behind a tunnel: what the kernel does not cut for it comes in fragments.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openRack } from "./testing/boots-rack.ts";
import { testMachine } from "./testing/machines.ts";
import { runInside } from "./testing/network-namespace.ts";

test("a file comes whole over a path that takes 600 bytes, after what was lost on the first try", async () => {
  const directory = await mkdtemp(join(tmpdir(), "narrow-path-"));
  const bytes = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_, at) => (at * 7919) % 251));
  await writeFile(join(directory, "snponly.efi"), bytes);
  const rack = await openRack({ binariesDirectory: directory }, [testMachine(0x61)]);
  try {
    const client = await rack.addClient("52:54:00:00:00:61");
    await runInside(client, ["ip", "addr", "add", "10.77.0.97/24", "dev", "eth0"]);
    const narrow = await runInside(rack.server, ["ip", "route", "add", "10.77.0.97/32", "dev", "br0", "mtu", "600"]);
    assert.equal(narrow.stderr, "");
    const copy = join(directory, "copy");
    const options = ["--option", "windowsize 16", "--option", "blksize 1428"];
    const files = ["--get", "--remote-file", "snponly.efi", "--local-file", copy];
    const read = await runInside(client, ["atftp", ...options, ...files, "10.77.0.1"]);
    assert.equal(read.code, 0, read.stderr);
    assert.ok((await readFile(copy)).equals(bytes));
    await rack.waitFor("whole read", ({ type }) => type === "TftpRead", 5000);
    assert.deepEqual(
      rack.events.filter(({ reason }) => reason === "SendFailed" || reason === "InternalFault"),
      [],
    );
    const fragments = await runInside(rack.server, ["sh", "-c", "grep ^Ip: /proc/net/snmp"]);
    const [names = [], values = []] = fragments.stdout.split("\n").map((line) => line.split(" "));
    assert.ok(Number(values[names.indexOf("FragCreates")]) > 1000, fragments.stdout);
  } finally {
    await rack.close();
    await rm(directory, { recursive: true });
  }
});
