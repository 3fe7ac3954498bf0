// DHCP's sockets with a door of lists: what they wait for does not depend on what time people say it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { DatagramDoor } from "@neverland/packet-thread/datagram-door.ts";
import { type DhcpMessage, encodeDhcpMessage, type MacAddress } from "@neverland/protocols";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { captured } from "../testing/captured.ts";
import { config, ip, serverAddress } from "../testing/dhcp-decisions.ts";
import { testMachine } from "../testing/machines.ts";
import { openDhcpSockets } from "./dhcp-sockets.ts";
import type { FromThread } from "./thread-messages.ts";

const socket = 5;
const link = { name: "eth1", index: 1, mac: "52:54:00:00:00:01" as MacAddress, serverAddress };
const discover: DhcpMessage = {
  ...captured("efi-virtio-native", 0),
  chaddr: Uint8Array.of(0x52, 0x54, 0, 0, 0, 0x32, ...new Uint8Array(10)),
};
const decline: DhcpMessage = {
  ...discover,
  options: [
    { code: 53, value: Uint8Array.of(4) },
    { code: 50, value: Uint8Array.of(10, 77, 0, 50) },
  ],
};

test("an address that another machine has is asked for again as soon, though the clock was set back by a day", (t) => {
  let [wallMs, nowMs] = [1_800_000_000_000, 1000];
  t.mock.method(Date, "now", () => wallMs);
  const waiting: Uint8Array[] = [];
  let taken: readonly Uint8Array[] = [];
  const door: DatagramDoor = {
    calls: undefined,
    sockets: [socket],
    inbox: ({ messages }) => ({
      take() {
        taken = waiting.splice(0, messages);
        return taken.length;
      },
      bytes: (at) => taken[at] ?? assert.fail("nothing came"),
      address: () => 0,
      port: () => 68,
    }),
    outbox: () => ({ isFull: false, next: () => new Uint8Array(1501), add: () => undefined, send: () => undefined }),
    run: () => assert.fail("it is not run"),
    close: () => undefined,
  };
  const index = new MachineIndex();
  index.upsert(testMachine(50));
  const posted: FromThread[] = [];
  const sockets = openDhcpSockets(
    { links: [{ link, config }], ports: { server: 67, client: 68 }, packetSocket: undefined },
    [socket],
    {
      ...{
        door,
        packets: undefined,
        index,
        gate: new EventGate(
          () => undefined,
          () => nowMs,
        ),
      },
      ...{ nowMs: () => nowMs, post: (message) => void posted.push(message) },
    },
  );
  const receive = (message: DhcpMessage): number => {
    waiting.push(encodeDhcpMessage(message));
    sockets.readable(socket, true);
    return posted.length;
  };
  assert.equal(receive(decline), 1);
  const question = { mac: "52:54:00:00:00:32" as MacAddress, address: ip("10.77.0.50"), isDeclined: true };
  sockets.found({ link, question }, { found: "other", mac: "52:54:00:00:00:99" as MacAddress });
  assert.equal(receive(discover), 1);
  wallMs -= 24 * 3_600_000;
  nowMs += 2000;
  assert.equal(receive(discover), 2);
});
