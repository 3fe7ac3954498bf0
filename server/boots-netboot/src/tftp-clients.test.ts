// Clients that are not ours read over TFTP by a cable that loses, doubles and disorders datagrams, in lockstep and in windows.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import { BadCable, type Fate, type Passage } from "./testing/bad-cable.ts";
import { fileOf, type LoopbackBoots, openBootsOnLoopback } from "./testing/boots-on-loopback.ts";

const run = promisify(execFile);
const bytes = Uint8Array.from({ length: 40_001 }, (_, at) => (at * 7919) % 251);
const address = "127.0.0.2";
let directory: string;
let boots: LoopbackBoots;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "tftp-clients-"));
  boots = await openBootsOnLoopback({ files: { open: async () => fileOf(bytes) } });
});

after(async () => {
  await boots.close();
  await rm(directory, { recursive: true });
});

interface Client {
  readonly argv: (port: number, copy: string) => readonly [string, ...string[]];
  /** Of the file, in the blocks that it asks for. */
  readonly blocks: number;
}

const atftp =
  (...options: string[]): Client["argv"] =>
  (port, copy) => [
    "atftp",
    "--get",
    "--remote-file",
    "snponly.efi",
    "--local-file",
    copy,
    ...options,
    "127.0.0.1",
    `${port}`,
  ];

const inLockstep: Record<string, Client> = {
  "tftp-hpa in lockstep": {
    argv: (port, copy) => ["tftp", "-m", "binary", "127.0.0.1", `${port}`, "-c", "get", "snponly.efi", copy],
    blocks: 79,
  },
  "curl in lockstep": {
    argv: (port, copy) => ["curl", "-sS", "--tftp-blksize", "1400", "-o", copy, `tftp://127.0.0.1:${port}/snponly.efi`],
    blocks: 29,
  },
};
const inWindows: Record<string, Client> = {
  "atftp in windows of 16": { argv: atftp("--option", "windowsize 16"), blocks: 79 },
  "atftp in windows of 4 long blocks": {
    argv: atftp("--option", "windowsize 4", "--option", "blksize 1428"),
    blocks: 29,
  },
};

/** Reads the file by a cable, compares it byte by byte, and tells what passed. */
async function readBy(name: string, client: Client, fateOf: (bytes: Buffer) => Fate): Promise<readonly Passage[]> {
  const cable = await BadCable.open({ serverPort: boots.tftpPort, address, fateOf: oackOnce(fateOf) });
  try {
    const copy = join(directory, name.replaceAll(" ", "-"));
    await rm(copy, { force: true });
    const [program, ...args] = client.argv(cable.port, copy);
    await run(program, args, { timeout: 60_000 });
    assert.ok((await readFile(copy)).equals(bytes), "other bytes came");
    return cable.passages;
  } finally {
    cable.close();
  }
}

const opcode = (datagram: Buffer) => datagram.readUInt16BE(0);
const data = 3;
/** How soon a client asks again is its own affair. */
const isBeginning = (datagram: Buffer) => opcode(datagram) === 1 || datagram.readUInt32BE(0) === 0x00040000;
/** The first comes as it is, and those that follow do not: atftp takes one that comes twice for an error. */
function oackOnce(fateOf: (bytes: Buffer) => Fate): (bytes: Buffer) => Fate {
  let cameBefore = false;
  return (bytes) => {
    if (opcode(bytes) !== 6) return fateOf(bytes);
    const fate = cameBefore ? "lost" : "passes";
    cameBefore = true;
    return fate;
  };
}

const doubled = (bytes: Buffer): Fate => (isBeginning(bytes) ? "passes" : "doubled");

function count(op: number, passages: readonly Passage[]): number {
  return passages.filter(({ bytes }) => opcode(bytes) === op).length;
}

/** Of one block, and of one acknowledgement: chance alone would now and then take so many in a row that either side has to give up. */
const mostHits = new Map([
  [3, 2],
  [4, 1],
]);

function byChance(t: TestContext, chance: number, fate: Fate): (bytes: Buffer) => Fate {
  const random = seededRandom(t);
  const hits = new Map<number, number>();
  return (bytes) => {
    const [which, most] = [bytes.readUInt32BE(0), mostHits.get(opcode(bytes)) ?? 0];
    const before = hits.get(which) ?? 0;
    if (isBeginning(bytes) || random() >= chance || before >= most) return "passes";
    hits.set(which, before + 1);
    return fate;
  };
}

for (const [name, client] of Object.entries({ ...inLockstep, ...inWindows }))
  for (const chance of [0.01, 0.1])
    test(`${name} reads a file by a cable that loses ${chance * 100} %`, async (t) => {
      await readBy(name, client, byChance(t, chance, "lost"));
    });

for (const [name, client] of Object.entries(inLockstep)) {
  test(`${name} is sent no block twice by a cable that disorders datagrams`, async (t) => {
    assert.equal(count(data, await readBy(name, client, byChance(t, 0.1, "late"))), client.blocks);
  });

  test(`${name} is sent no block twice by a cable that doubles all datagrams`, async () => {
    assert.equal(count(data, await readBy(name, client, doubled)), client.blocks);
  });

  test(`what ${name} lost is sent again by how long its answers took, not after a second`, async (t) => {
    const passages = await readBy(name, client, byChance(t, 0.2, "lost"));
    const fromServer = passages.filter(({ bytes }) => opcode(bytes) === data);
    const waits = fromServer.flatMap(({ bytes, atMs }, at) => {
      const before = fromServer[at - 1];
      return before?.bytes.readUInt16BE(2) === bytes.readUInt16BE(2) ? [atMs - before.atMs] : [];
    });
    waits.sort((one, other) => one - other);
    const quickest = waits[0] ?? assert.fail("nothing was lost");
    assert.ok(quickest < 700, `${waits}`);
  });
}

for (const [name, client] of Object.entries(inWindows)) {
  test(`${name} reads a file by a cable that disorders datagrams`, async (t) => {
    await readBy(name, client, byChance(t, 0.1, "late"));
  });

  // Each doubled datagram is answered, and each of these answers once was with a whole window.
  test(`${name} is sent no more than two or three times the file by a cable that doubles all datagrams`, async () => {
    const sent = count(data, await readBy(name, client, doubled));
    assert.ok(sent < 4 * client.blocks, `${sent}`);
  });
}
