// The same answers, byte for byte, by sockets that are tied to links and by Node's own: to all that captured machines sent, and to readers.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import {
  type DhcpMessage,
  decodeDhcpMessage,
  type Ipv4Address,
  joinOptions,
  type MacAddress,
  MessageType,
  macFromBytes,
  OptionCode,
} from "@neverland/protocols";
import {
  fileOf,
  type LoopbackBoots,
  type LoopbackClient,
  loopback,
  openBootsOnLoopback,
  readRequest,
  relayed,
} from "../testing/boots-on-loopback.ts";
import { allCaptured, captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";

/** Longer than a piece, so that blocks lie in two of them. */
const bytes = Uint8Array.from({ length: 1_300_000 }, (_, at) => (at * 7919) % 251);
const files = { open: async () => fileOf(bytes) };

type Given = NonNullable<Parameters<typeof openBootsOnLoopback>[0]>;

/** What each of the two says, in the order of what it is asked. */
async function byBothDoors<T>(
  t: TestContext,
  given: Given,
  ask: (boots: LoopbackBoots) => Promise<T>,
): Promise<{ tied: T; plain: T }> {
  const answersOf = async (door: Given): Promise<T> => {
    const boots = await openBootsOnLoopback({ files, ...given, ...door });
    t.after(() => boots.close());
    return await ask(boots);
  };
  return { tied: await answersOf({}), plain: await answersOf({ libc: undefined }) };
}

/** As the server of the captured conversations. */
const serverAddress = "10.77.0.1" as Ipv4Address;
const links = [
  {
    link: { name: "lo", mac: "00:00:00:00:00:00" as MacAddress, serverAddress: loopback },
    config: {
      plan: { httpBaseUrl: `http://${serverAddress}:7080`, serverAddress, architectureBinaries: new Map() },
      ...{ serverAddress, syslogAddress: undefined },
    },
  },
];

/** The address that each machine asks for in its captures; one has another here. */
function machinesOf(messages: readonly DhcpMessage[]): KnownHardware[] {
  const asked = new Map<string, string>(
    messages.map(({ chaddr }) => [macFromBytes(chaddr.subarray(0, 6)), "10.77.0.99"]),
  );
  for (const message of messages) {
    const address = joinOptions(message).get(OptionCode.requestedAddress);
    const mac = macFromBytes(message.chaddr.subarray(0, 6));
    if (address !== undefined && mac !== "52:54:00:00:01:02") asked.set(mac, address.join("."));
  }
  return [...asked].map(([mac, address], at) => testMachine(100 + at, { dhcp: { mac, ip: { address } } }));
}

/** Messages that are always answered: an answer comes after those of what was sent before it. */
const firstMarker = 0x6d610000;
const marker = (at: number): DhcpMessage => ({ ...captured("efi-virtio-native", 0), xid: firstMarker + at });
const isMarker = (answer: Buffer): boolean => answer.readUInt16BE(4) === firstMarker >>> 16;

test("every captured message of DHCP, through a relay", async (t) => {
  const messages = allCaptured();
  const machines = machinesOf(messages);
  const { tied, plain } = await byBothDoors(t, { links }, async ({ index, relay }) => {
    for (const machine of machines) index.upsert(machine);
    const ask = (at: number) => relay.ask(relayed(marker(at)), (answer) => answer.readUInt32BE(4) === firstMarker + at);
    // What they are is known to the thread when it answers one of them.
    await ask(messages.length);
    const answers: Buffer[][] = [];
    relay.socket.on("message", (answer) => {
      if (!isMarker(answer)) answers.at(-1)?.push(answer);
    });
    for (const [at, message] of messages.entries()) {
      answers.push([]);
      relay.send(relayed(message));
      await ask(at);
    }
    return answers;
  });
  const types = tied.flat().map((answer) => joinOptions(decodeDhcpMessage(answer)).get(OptionCode.messageType)?.[0]);
  assert.deepEqual(new Set(types), new Set([MessageType.offer, MessageType.ack, MessageType.nak]));
  assert.deepEqual(plain, tied);
});

const ack = (block: number): Uint8Array => Uint8Array.of(0, 4, (block >>> 8) & 0xff, block & 0xff);

/** All that comes of a read, each datagram once, where each window is acknowledged when it has come. */
async function readAll({ socket, send }: LoopbackClient, { request, blockBytes, window }: Read): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const came: Buffer[] = [];
  let blocks = 0;
  socket.on("message", (datagram) => {
    const isNext = datagram[1] === 3 && datagram.readUInt16BE(2) === blocks + 1;
    // What took too long is sent again.
    if (datagram[1] === 3 && !isNext) return;
    came.push(datagram);
    if (isNext) blocks++;
    const isLast = datagram[1] === 5 || (isNext && datagram.length < blockBytes + 4);
    if (datagram[1] === 6 || (isNext && (isLast || blocks % window === 0))) send(ack(blocks));
    if (isLast) resolve();
  });
  send(request);
  await promise;
  return Buffer.concat(came);
}

interface Read {
  readonly request: Uint8Array;
  readonly blockBytes: number;
  readonly window: number;
  /** Of all that comes, with headers. */
  readonly sizeBytes: number;
}

const reads: Record<string, Read> = {
  "a read in lockstep": {
    request: readRequest("snponly.efi", "blksize\x001024\0"),
    ...{ blockBytes: 1024, window: 1, sizeBytes: 15 + 1_300_000 + 1270 * 4 },
  },
  "a read in windows": {
    request: readRequest("snponly.efi", "tsize\x000\0blksize\x001468\0windowsize\x0016\0"),
    ...{ blockBytes: 1468, window: 16, sizeBytes: 43 + 1_300_000 + 886 * 4 },
  },
  "a read in netascii": {
    request: readRequest("snponly.efi", "blksize\x001024\0", "netascii"),
    ...{ blockBytes: 1024, window: 1, sizeBytes: 1_315_494 },
  },
  "a file that is not lent": { request: readRequest("../shadow"), blockBytes: 512, window: 1, sizeBytes: 66 },
  "a write": {
    request: Buffer.from("\0\x02snponly.efi\0octet\0", "latin1"),
    ...{ blockBytes: 512, window: 1, sizeBytes: 31 },
  },
};

for (const [what, read] of Object.entries(reads))
  test(`${what} over TFTP`, async (t) => {
    const { tied, plain } = await byBothDoors(t, {}, async ({ client }) => await readAll(await client(), read));
    assert.equal(tied.length, read.sizeBytes);
    assert.ok(plain.equals(tied), "they differ");
  });
