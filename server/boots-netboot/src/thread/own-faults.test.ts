// What fails in the thread by a fault of our own, over real sockets: it costs what met it, is told, and the thread goes on.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Worker } from "node:worker_threads";
import type { MachineEventInput } from "@neverland/api";
import { fileOf, type LoopbackBoots, openBootsOnLoopback, readRequest, relayed } from "../testing/boots-on-loopback.ts";
import { captured } from "../testing/captured.ts";
import { testMachine } from "../testing/machines.ts";

let boots: LoopbackBoots;

afterEach(() => boots.close());

const isFault = (text: RegExp) => (event: MachineEventInput) =>
  event.reason === "InternalFault" && text.test(event.message ?? "");

test("a file that cannot be sent costs its readers, and whoever reads another file is served", async () => {
  const sound = fileOf(new Uint8Array(1300));
  const broken = fileOf(Object.defineProperty(new Uint8Array(), "length", { value: 5n }));
  const files = { open: async (name: string) => (name === "ipxe.efi" ? broken : sound) };
  boots = await openBootsOnLoopback({ names: ["snponly.efi", "ipxe.efi"], files });
  const [client, another] = [await boots.client(), await boots.client("127.0.0.2")];
  for (let times = 0; times < 3; times++) client.send(readRequest("ipxe.efi"));
  await boots.event(isFault(/^answering TFTP for 127\.0\.0\.1 failed .*: TypeError: .*BigInt.* \(at .*\)$/));
  assert.equal((await another.ask(readRequest("snponly.efi")))[1], 3);
  assert.deepEqual(boots.warnings, []);
  assert.equal(boots.events.filter(isFault(/./)).length, 1);
});

test("a record that cannot be taken costs that machine, and all others stay known", async () => {
  let worker: Worker | undefined;
  process.once("worker", (one) => (worker = one));
  boots = await openBootsOnLoopback();
  const broken = { ...testMachine(70), spec: { interfaces: 5 } };
  // The main thread says no such thing by itself; this is taken with the next thing that it says.
  worker?.postMessage({ say: "machines", changes: [{ known: broken }, { known: machineThatAsks }] });
  boots.index.upsert(testMachine(99));
  await boots.event(isFault(/^taking what default\/m70 says failed/));
  const offer = await boots.relay.ask(relayed(discover));
  assert.deepEqual([...offer.subarray(16, 20)], [127, 0, 0, 60]);
  assert.deepEqual(boots.warnings, []);
});

const discover = captured("efi-virtio-native", 0);
const mac = [...discover.chaddr.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
const machineThatAsks = testMachine(60, { dhcp: { mac, ip: { address: "127.0.0.60" } } });
