// The machines of a hall on loopback, in a thread of their own: one of each kind of question is always under way, and how long its answer takes is told.
import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { parentPort, workerData } from "node:worker_threads";
import {
  openLoopbackClient,
  readRequest,
  relayAddress,
  relayed,
} from "@neverland/boots-netboot/testing/boots-on-loopback.ts";
import { captured } from "@neverland/boots-netboot/testing/captured.ts";
import { type DhcpMessage, ipv4ToBytes, parseIpv4 } from "@neverland/protocols";
import { type Hall, hallMachine, hallMachines, loader } from "./loopback-hall.ts";

/** Milliseconds of each answer, by the kind of question; what was lost is asked again after a second, and counts whole. */
export interface Answers {
  /** DISCOVER to OFFER, and REQUEST to ACK. */
  readonly dhcp: number[];
  /** A whole file of four blocks. */
  readonly tftp: number[];
  /** The same, a connection each. */
  readonly http: number[];
}

const betweenMs = 5;
const { dhcpPort, tftpPort, httpPort } = workerData as Hall;
const answers: Answers = { dhcp: [], tftp: [], http: [] };
let isOver = false;

const relay = await openLoopbackClient(relayAddress, dhcpPort, dhcpPort);
parentPort?.once("message", () => {
  isOver = true;
});
const discover = captured("efi-virtio-native", 0);

let xid = 1;

async function lease(n: number): Promise<void> {
  const { mac, address } = hallMachine(n);
  const chaddr = Uint8Array.from([...mac.split(":").map((pair) => Number.parseInt(pair, 16)), ...Array(10).fill(0)]);
  const request = {
    ...discover,
    chaddr,
    options: [
      ...discover.options.map((one) => (one.code === 53 ? { ...one, value: Uint8Array.of(3) } : one)),
      { code: 50, value: ipv4ToBytes(parseIpv4(address) ?? assert.fail()) },
    ],
  };
  for (const message of [{ ...discover, chaddr }, request] satisfies DhcpMessage[]) {
    const own = xid++;
    const answer = await relay.ask(relayed({ ...message, xid: own }), (bytes) => bytes.readUInt32BE(4) === own);
    assert.equal([...answer.subarray(16, 20)].join("."), address);
  }
}

async function readByTftp(n: number): Promise<void> {
  const client = await openLoopbackClient(hallMachine(n).address, 0, tftpPort);
  let got = 0;
  try {
    for (let block = 1; ; block += 1) {
      const say = block === 1 ? readRequest(loader.name) : Uint8Array.of(0, 4, 0, block - 1);
      const data = await client.ask(say, (bytes) => bytes[1] === 3 && bytes.readUInt16BE(2) === block);
      got += data.length - 4;
      if (data.length === 516) continue;
      await new Promise((resolve) => client.socket.send(Uint8Array.of(0, 4, 0, block), tftpPort, "127.0.0.1", resolve));
      break;
    }
  } finally {
    client.socket.close();
  }
  assert.equal(got, loader.sizeBytes);
}

async function readByHttp(n: number): Promise<void> {
  const where = { host: "127.0.0.1", port: httpPort, path: `/ipxe/binary/${loader.name}` };
  for (;;) {
    const answer = Promise.withResolvers<IncomingMessage>();
    get({ ...where, localAddress: hallMachine(n).address, agent: false }, answer.resolve).once("error", answer.reject);
    const response = await answer.promise;
    const { length } = await buffer(response);
    // It takes a moment until a new machine is known.
    if (response.statusCode === 404) continue;
    assert.deepEqual([response.statusCode, length], [200, loader.sizeBytes]);
    return;
  }
}

async function goOn(question: (n: number) => Promise<void>, times: number[]): Promise<void> {
  for (let n = 0; !isOver; n = (n + 1) % hallMachines) {
    const fromMs = performance.now();
    await question(n + 1);
    times.push(performance.now() - fromMs);
    parentPort?.postMessage(answers);
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
}

await Promise.all([goOn(lease, answers.dhcp), goOn(readByTftp, answers.tftp), goOn(readByHttp, answers.http)]);
relay.socket.close();
