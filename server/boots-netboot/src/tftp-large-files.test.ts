// Files that no memory holds, read over TFTP by clients that are not ours, past the last block number; and thousands who ask and say no more.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { loopback, openBootsOnLoopback, readRequest } from "./testing/boots-on-loopback.ts";
import { testMachine } from "./testing/machines.ts";
import { madeUpFile, readToTheEnd } from "./testing/made-up-file.ts";

for (const [name, sizeBytes, script] of [
  ["tftp-hpa in lockstep", 512 * 65_700, "tftp -m binary 127.0.0.1 PORT -c get snponly.efi /dev/stdout | cat"],
  ["curl in lockstep", 1468 * 65_700 + 4, "curl -sS --tftp-blksize 1468 tftp://127.0.0.1:PORT/snponly.efi"],
  [
    "atftp in windows of 64",
    512 * 140_000,
    'atftp --get --remote-file snponly.efi --local-file /dev/stdout --option "windowsize 64" 127.0.0.1 PORT | cat',
  ],
] as const)
  test(`${name} reads a file past block 65,535, and nothing of it stays`, () => readToTheEnd(sizeBytes, script));

test("a file of 4 GiB is lent, and told how long it is", async () => {
  const sizeBytes = 4 * 2 ** 30;
  const boots = await openBootsOnLoopback({ files: madeUpFile(sizeBytes) });
  const client = await boots.client();
  const granted = await client.ask(readRequest("snponly.efi", "tsize\x000\0"));
  assert.equal(granted.toString("latin1"), `\0\x06tsize\x00${sizeBytes}\0`);
  await boots.close();
});

test("a file that cannot be read to its end is told to who reads it, and on its timeline", async () => {
  const boots = await openBootsOnLoopback({ files: madeUpFile(3 * 2 ** 20, { fails: 1 }) });
  const client = await boots.client();
  const told = await client.ask(readRequest("snponly.efi"), (answer) => answer[1] === 5);
  assert.match(told.toString("latin1"), /cannot be read to its end; ask again/);
  const { message } = await boots.event(({ type }) => type === "TftpBrokenOff");
  assert.match(message, /changed meanwhile/);
  await boots.close();
});

test("thousands who ask and say no more hold no slot for long, and who reads gets one", async (t) => {
  const [halls, perHall] = [20, 100];
  const index = new MachineIndex();
  for (let hall = 0; hall < halls; hall += 1)
    for (let last = 1; last <= perHall; last += 1) index.upsert(machineIn(hall, last));
  index.upsert(testMachine(51, { dhcp: { ip: { address: loopback } } }));
  const boots = await openBootsOnLoopback({
    index,
    transfers: { most: 1000, mostWaiting: 1000, mostOfMachine: 8, mostOfAddress: 256 },
  });
  const silent: Socket[] = [];
  t.after(() => {
    for (const socket of silent) socket.close();
  });
  const askOnly = async (hall: number, last: number): Promise<void> => {
    const socket = createSocket("udp4").bind(0, `127.1.${hall}.${last}`);
    silent.push(socket);
    await once(socket, "listening");
    socket.send(readRequest("snponly.efi"), boots.tftpPort, loopback);
    await once(socket, "message");
  };
  const asked = [];
  for (let hall = 0; hall < halls; hall += 1)
    for (let last = 1; last <= perHall; last += 1) asked.push(askOnly(hall, last));
  // Those who have a slot hear something; the others when they have one.
  await Promise.any(asked);
  const client = await boots.client();
  const first = await client.ask(readRequest("snponly.efi"), (answer) => answer[1] === 3);
  assert.equal(first.length, 516);
  const { message } = await boots.event(({ type }) => type === "TftpBrokenOff");
  assert.match(message, /its client was silent, and others waited/);
  await Promise.all(asked);
  await boots.close();
});

/** The `last` machine of a hall, at 127.1.HALL.LAST. */
function machineIn(hall: number, last: number): KnownHardware {
  const { metadata, spec } = testMachine(last, { dhcp: { ip: { address: `127.1.${hall}.${last}` } } });
  const [card] = spec?.interfaces ?? [];
  const mac = `52:54:00:00:${hall.toString(16).padStart(2, "0")}:${last.toString(16).padStart(2, "0")}`;
  return {
    metadata: { ...metadata, name: `m${hall}-${last}` },
    spec: { interfaces: [{ ...card, dhcp: { ...card?.dhcp, mac } }] },
  };
}
