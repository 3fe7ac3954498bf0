// A flood of made-up machines, and of requests in a known machine's name that are answered with a NAK: what is known and told of them is bounded,
// and the known machine is served between them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { DhcpMessage } from "@neverland/protocols";
import { startTimeline } from "@neverland/timeline/testing/timeline-bench.ts";
import { openBootsOnLoopback, relayed } from "../testing/boots-on-loopback.ts";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";

/** What a socket holds that its user may not enlarge: all of a lot is heard. */
const lot = 100;
const lots = 100;
const mostGrowth = 160 * 2 ** 20;

const discover = captured("efi-virtio-native", 0);
const known = "a6:15:c3:7e:91:0b";
const bytesOf = (mac: string) => Buffer.from(mac.replaceAll(":", ""), "hex");

/** For an address that is none of its own. */
function wrongRequest(last: number): DhcpMessage {
  const others = discover.options.filter(({ code }) => code !== 53);
  const options = [
    { code: 53, value: Uint8Array.of(3) },
    { code: 50, value: Uint8Array.of(127, 9, last >> 8, last & 0xff) },
  ];
  return { ...discover, chaddr: bytesOf(known), options: [...options, ...others] };
}

function stranger(at: number): DhcpMessage {
  return { ...discover, chaddr: bytesOf(`06${at.toString(16).padStart(10, "0")}`) };
}

const kinds: readonly [string, (at: number) => DhcpMessage, number][] = [
  // The known machine's offer, and as many strangers as the timeline writes down in an hour.
  ["made-up machines", stranger, 501],
  ["NAKs in a known machine's name", wrongRequest, 2],
];

for (const [what, make, mostWritten] of kinds)
  test(`a flood of ${what} is told in ${mostWritten} events, and leaves others served`, async () => {
    await using bench = await startTimeline();
    const index = new MachineIndex();
    index.upsert(testMachine(60, { dhcp: { mac: known, ip: { address: "127.0.0.4" } } }));
    const boots = await openBootsOnLoopback({ index, record: (event) => bench.timeline.record(event) });
    try {
      let naks = 0;
      boots.relay.socket.on("message", (reply) => {
        if (reply.includes(Buffer.of(53, 1, 6))) naks += 1;
      });
      let before = 0;
      for (let turn = 0; turn < lots; turn += 1) {
        for (let at = 0; at < lot; at += 1) boots.relay.send(relayed(make(turn * lot + at)));
        const asked = relayed({ ...discover, chaddr: bytesOf(known), xid: 0x51ab0000 + turn });
        const offer = await boots.relay.ask(asked, (answer) => answer.readUInt32BE(4) === 0x51ab0000 + turn);
        assert.deepEqual([...offer.subarray(16, 20)], [127, 0, 0, 4]);
        if (turn <= lots / 4) before = process.memoryUsage.rss();
      }
      const grown = process.memoryUsage.rss() - before;
      assert.ok(grown < mostGrowth, `memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
      if (make === wrongRequest) assert.ok(naks > (lots * lot) / 2, `${naks} NAKs`);
      assert.deepEqual(boots.warnings, []);
    } finally {
      await boots.close();
    }
    const types = Map.groupBy(bench.written, ({ type }) => type);
    assert.deepEqual([types.get("DhcpOffer")?.length, bench.written.length], [1, mostWritten]);
  });
