// The thread that answers dies in a running server: machines are served by the next one, which knows what is true by then.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { type DhcpMessage, decodeDhcpMessage, joinOptions, MessageType, OptionCode } from "@neverland/protocols";
import { type LoopbackBoots, openBootsOnLoopback, readRequest, relayed } from "../testing/boots-on-loopback.ts";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";

const discover: DhcpMessage = captured("efi-virtio-native", 0);
const itsMac = Buffer.from(discover.chaddr.subarray(0, 6))
  .toString("hex")
  .replaceAll(/..(?=.)/g, "$&:");
const machine = (address: string) => testMachine(60, { dhcp: { mac: itsMac, ip: { address } } });

let boots: LoopbackBoots;
/** The one that answers now. */
let worker: Worker;

const remember = (one: Worker) => (worker = one);

async function open(given: Parameters<typeof openBootsOnLoopback>[0]): Promise<void> {
  boots = await openBootsOnLoopback(given);
  boots.index.upsert(machine("127.0.0.60"));
}

beforeEach(() => {
  process.on("worker", remember);
});

afterEach(async () => {
  await boots.close();
  process.off("worker", remember);
});

async function offeredAddress(): Promise<string> {
  const answer = decodeDhcpMessage(await boots.relay.ask(relayed(discover)));
  assert.equal(joinOptions(answer).get(OptionCode.messageType)?.[0], MessageType.offer);
  return answer.yiaddr;
}

/** A message that no program of ours sends; the thread takes it with the next one that is. */
function poison(): void {
  worker.postMessage(null);
  boots.index.upsert(machine("127.0.0.61"));
}

for (const [door, given] of [
  ["sockets that are tied to links", {}],
  ["Node's own sockets", { libc: undefined }],
] as const)
  test(`a machine is offered, and reads, by the next thread what is true by then, and it is said what happened, by ${door}`, async () => {
    await open(given);
    const client = await boots.client();
    assert.equal(await offeredAddress(), "127.0.0.60");
    assert.equal((await client.ask(readRequest("snponly.efi")))[1], 3);
    poison();
    await boots.warning(/^DHCP and TFTP are answered again, \d\.\d\d s after the thread that answers them ended$/);
    assert.equal(await offeredAddress(), "127.0.0.61");
    const another = await boots.client("127.0.0.2");
    assert.equal((await another.ask(readRequest("snponly.efi")))[1], 3);
    const { reason, message } = await boots.event(({ type }) => type === "ServerFault");
    assert.equal(reason, "PacketThreadEnded");
    assert.match(
      message,
      /^the thread that answers DHCP and TFTP ended: Cannot read properties of null .*; it begins again in 0.05 s/,
    );
    assert.match(await boots.warning(/^the thread that answers/), /boots-program.ts/);
  });

test("what is asked while there is no thread is answered by the next one", async () => {
  await open({});
  const client = await boots.client();
  await worker.terminate();
  boots.relay.send(relayed(discover));
  const answers = [boots.relay, client].map(
    ({ socket }) => new Promise<Buffer>((resolve) => socket.once("message", resolve)),
  );
  client.send(readRequest("snponly.efi"));
  const [offer, block] = await Promise.all(answers);
  assert.deepEqual([offer?.[0], block?.[1]], [2, 3]);
});

test("one that dies again and again begins after longer and longer waits, and that is said loudly", async () => {
  await open({});
  for (let deaths = 0; deaths < 5; deaths++) {
    const dead = worker;
    await dead.terminate();
    await boots.warning(new RegExp(`ended: .*begins again in ${((50 * 2 ** deaths) / 1000).toFixed(2)} s`));
    while (worker === dead) await new Promise(setImmediate);
  }
  await boots.warning(/^DHCP and TFTP are hardly answered: their thread ended 5 times in a row; report these lines/);
  assert.equal(await offeredAddress(), "127.0.0.60");
});

test("a server that is told to stop while there is no thread stops", async () => {
  await open({});
  await worker.terminate();
  await boots.warning(/ended: it ended by itself/);
  await boots.close();
  await open({});
});
