import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { type Ipv4Address, type MacAddress, macToBytes } from "@neverland/protocols";
import { testMachine } from "../testing/machines.ts";
import { AddressHolders, type AddressHoldersDeps } from "./address-holders.ts";

const never = new AbortController().signal;
const link = { name: "lo", index: 1 };
const question = {
  mac: "52:54:00:00:00:32" as MacAddress,
  address: "10.77.0.50" as Ipv4Address,
  isDeclined: true,
};

/** An ARP answer of this card: it has 10.77.0.`last`. */
const answerOf = (mac: string, last = 50) =>
  Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 2, ...macToBytes(mac as MacAddress), 10, 77, 0, last, ...new Uint8Array(10));

/** A link on which each probe is answered by these frames. */
function openLink(frames: readonly Uint8Array[]) {
  const [clock, index] = [new ManualClock(0), new MachineIndex()];
  const secondCard = { dhcp: { mac: "52:54:00:00:00:33", ip: { address: "10.77.0.51" } } };
  const machine = testMachine(50);
  index.apply([{ ...machine, spec: { interfaces: [...(machine.spec?.interfaces ?? []), secondCard] } }]);
  const waiting: Uint8Array[] = [];
  const heard = { probes: 0, open: 0 };
  const packets: AddressHoldersDeps["packets"] = {
    send() {
      heard.probes += 1;
      waiting.push(...frames);
    },
    listen() {
      heard.open += 1;
      const close = (): void => {
        heard.open -= 1;
      };
      return { take: () => waiting.shift(), close };
    },
  };
  const holders = new AddressHolders({ packets, index, clock });
  return { clock, heard, holders, find: () => found(clock, holders) };
}

/** What is found, and after how many milliseconds. */
async function found(clock: ManualClock, holders: AddressHolders) {
  let finding: unknown;
  void holders.find(link, question, never).then((one) => {
    finding = one;
  });
  const startMs = clock.nowMs();
  for (let turn = 0; turn < 100 && finding === undefined; turn++) {
    await new Promise(setImmediate);
    if (finding === undefined) clock.advance(20);
  }
  return [finding, clock.nowMs() - startMs];
}

test("another machine that answers is named at once", async () => {
  const { find, heard } = openLink([answerOf(question.mac), answerOf("52:54:00:00:00:99")]);
  assert.deepEqual(await find(), [{ found: "other", mac: "52:54:00:00:00:99" }, 20]);
  assert.deepEqual(heard, { probes: 1, open: 0 });
});

test("where nobody answers it is asked three times, for less than a second", async () => {
  const { find, heard } = openLink([answerOf("52:54:00:00:00:99", 66), Uint8Array.of(1, 2, 3)]);
  assert.deepEqual(await find(), [{ found: "nobody" }, 900]);
  assert.deepEqual(heard, { probes: 3, open: 0 });
});

test("the machine's own cards are no other machine, whichever of them answers", async () => {
  const { find } = openLink([answerOf(question.mac), answerOf("52:54:00:00:00:33")]);
  assert.deepEqual(await find(), [{ found: "itself" }, 900]);
});

test("sixteen are asked about at once and no more, and each that ends makes room", async () => {
  const { clock, holders, heard, find } = openLink([]);
  const running = Array.from({ length: 16 }, () => holders.find(link, question, never));
  assert.deepEqual([heard.open, await holders.find(link, question, never)], [16, { found: "unknown" }]);
  for (let turn = 0; turn < 50; turn++) {
    await new Promise(setImmediate);
    clock.advance(20);
  }
  assert.deepEqual(new Set((await Promise.all(running)).map((one) => one.found)), new Set(["nobody"]));
  assert.deepEqual([heard.open, (await find())[0]], [0, { found: "nobody" }]);
});

test("a link that cannot be asked, or no packet sockets, find nothing out", async () => {
  const { clock } = openLink([]);
  const failing = () => {
    throw new NetworkError("refused", "the link is down");
  };
  const index = new MachineIndex();
  for (const packets of [undefined, { send: failing, listen: failing }]) {
    const holders = new AddressHolders({ packets, index, clock });
    assert.deepEqual(await holders.find(link, question, never), { found: "unknown" });
  }
});

test("asking ends with its signal", async () => {
  const { holders, heard } = openLink([]);
  const controller = new AbortController();
  const asked = holders.find(link, question, controller.signal);
  controller.abort();
  await asked;
  assert.equal(heard.open, 0);
});
