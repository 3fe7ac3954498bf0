// Datagrams that nobody should send, to the thread that answers DHCP and TFTP: captured ones and requests, cut, lengthened and changed at random.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import { openBootsOnLoopback, readRequest, relayed } from "./boots-on-loopback.ts";
import { allCaptured, captured } from "./captured.ts";
import { testMachine } from "./machines.ts";

/** What a socket holds that its user may not enlarge: all of a lot is heard. */
const lot = 100;
/** What memory may grow by, in bytes, once the thread has had some of them: it is bounded, whatever comes. */
const mostGrowth = 160 * 2 ** 20;

/** Of a machine whose messages nobody makes by changing a byte or two of others', so that it is known what it is answered. */
const known = { mac: "a6:15:c3:7e:91:0b", chaddr: Buffer.from("a615c37e910b", "hex"), xid: 0x51ab7c3d };

const requests = [
  readRequest("snponly.efi", "blksize\x001468\0windowsize\x0064\0tsize\x000\0"),
  readRequest("ipxe.efi", "", "netascii"),
  Buffer.from("00040001", "hex"),
  Buffer.from("0005000300", "hex"),
  Buffer.from("0002612e62006f6374657400", "hex"),
].map((bytes) => Buffer.from(bytes));

/**
 * Between lots a known machine asks for its address, and a reader for a file: both are answered as ever.
 * @param count Of datagrams in all.
 */
export async function sendMalformed(
  t: Pick<TestContext, "diagnostic">,
  count: number,
  given: Parameters<typeof openBootsOnLoopback>[0] = {},
): Promise<void> {
  const random = seededRandom(t);
  const below = (bound: number): number => Math.floor(random() * bound);
  let told = 0;
  const boots = await openBootsOnLoopback({
    ...given,
    record: () => {
      told += 1;
      return undefined;
    },
  });
  const warned = boots.warnings.length;
  try {
    const reader = await boots.client("127.0.0.2");
    const stranger = await boots.client("127.0.0.3");
    const sound = [...allCaptured().map((message) => Buffer.from(relayed(message))), ...requests];
    boots.index.upsert(testMachine(60, { dhcp: { mac: known.mac, ip: { address: "127.0.0.4" } } }));
    const { chaddr, xid } = known;
    const discover = relayed({ ...captured("efi-virtio-native", 0), chaddr, xid });
    const isOffer = (answer: Buffer) => answer[0] === 2 && answer.readUInt32BE(4) === xid;
    let before = 0;
    for (let sent = 0; sent < count; sent += lot) {
      for (let each = 0; each < lot; each++) {
        const bytes = changed(sound[below(sound.length)] ?? Buffer.alloc(0), below);
        if (each % 2 === 0) boots.relay.send(bytes);
        else stranger.send(bytes);
      }
      const offer = await boots.relay.ask(discover, isOffer);
      assert.deepEqual([...offer.subarray(16, 20)], [127, 0, 0, 4]);
      const refusal = await reader.ask(readRequest("no-such-file"), (answer) => answer[1] === 5);
      assert.equal(refusal.readUInt16BE(2), 1);
      if (sent <= count / 4) before = process.memoryUsage.rss();
    }
    const block = await reader.ask(readRequest("snponly.efi"), (answer) => answer[1] === 3);
    assert.equal(block.readUInt16BE(2), 1);
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < mostGrowth, `memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
    assert.ok(told < count, `${told} events of ${count} datagrams`);
    assert.deepEqual(boots.warnings.slice(warned), []);
  } finally {
    await boots.close();
  }
}

/** Of another length, with other bytes, or made of nothing but chance. */
function changed(sound: Buffer, below: (bound: number) => number): Buffer {
  const bytes = below(16) === 0 ? Buffer.alloc(below(1472)) : Buffer.from(sound.subarray(0, lengthOf(sound, below)));
  if (bytes.length === 0) return Buffer.of(below(256));
  const changes = below(4) === 0 ? bytes.length : 1 + below(8);
  for (let n = 0; n < changes; n++) bytes[below(bytes.length)] = below(256);
  return below(8) === 0 ? Buffer.concat([bytes, Buffer.alloc(below(64), below(256))]) : bytes;
}

function lengthOf(sound: Buffer, below: (bound: number) => number): number {
  return below(2) === 0 ? sound.length : below(sound.length + 1);
}
