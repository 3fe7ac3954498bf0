// Reads a file as many clients at once, again and again, each from an address of its own; its sockets take and send by the lot.
import { Datagram, type DatagramCalls, loadDatagramCalls } from "@neverland/packet-thread/datagram-calls.ts";
import { DatagramInbox } from "@neverland/packet-thread/datagram-inbox.ts";
import { DatagramOutbox } from "@neverland/packet-thread/datagram-outbox.ts";
import { PinnedMemory } from "@neverland/packet-thread/pinned-memory.ts";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { paperFile } from "../boot/paper-file.ts";
import { addressNumber, paperMachineAt } from "../paper-machine.ts";
import { FileReader } from "./file-reader.ts";
import type { ReadOrder, ReadResult } from "./read-order.ts";

const tftpPort = 69;
const silentMs = 1000;
const pollfdBytes = 8;

interface Client {
  readonly reader: FileReader;
  readonly fd: number;
  /** The server's, of this transfer: some answer each from a port of its own. */
  peerPort: number;
  heardMs: number;
}

export async function readLoad(order: ReadOrder): Promise<ReadResult> {
  const [libc, calls] = [await loadLibc(), await loadDatagramCalls()];
  const load = new ReadLoad(order, libc, calls, paperFile(order.sizeBytes));
  await load.open();
  try {
    return load.run();
  } finally {
    load.close();
  }
}

class ReadLoad {
  readonly #order: ReadOrder;
  readonly #libc: Libc;
  readonly #calls: DatagramCalls;
  readonly #bytes: Buffer;
  readonly #server: number;
  readonly #clients: Client[] = [];
  readonly #inbox: DatagramInbox;
  readonly #outbox: DatagramOutbox;
  readonly #waits: PinnedMemory;
  #silences = 0;

  constructor(order: ReadOrder, libc: Libc, calls: DatagramCalls, bytes: Buffer) {
    [this.#order, this.#libc, this.#calls, this.#bytes] = [order, libc, calls, bytes];
    this.#server = addressNumber(order.server);
    this.#inbox = new DatagramInbox(calls, { messages: 64, sizeBytes: order.blockBytes + 100 });
    this.#outbox = new DatagramOutbox(calls, { messages: 8, sizeBytes: 512 });
    this.#waits = new PinnedMemory(calls, order.clients * pollfdBytes);
  }

  async open(): Promise<void> {
    const { file: name, blockBytes, windowBlocks, clients } = this.#order;
    for (let at = 0; at < clients; at += 1) {
      const host = paperMachineAt(at).address;
      const fd = await openSocket(this.#libc, {
        protocol: "udp",
        host,
        port: 0,
        purpose: "a client of the paper rack",
      });
      const reader = new FileReader({ name, bytes: this.#bytes, blockBytes, windowBlocks });
      this.#clients.push({ reader, fd, peerPort: tftpPort, heardMs: 0 });
      this.#waits.view.setInt32(at * pollfdBytes, fd, true);
      this.#waits.view.setInt16(at * pollfdBytes + 4, Datagram.POLLIN, true);
    }
  }

  run(): ReadResult {
    const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
    for (const client of this.#clients) this.#begin(client, startMs);
    let nowMs = startMs;
    let askedMs = startMs;
    for (; nowMs - startMs < this.#order.forMs; nowMs = performance.now()) {
      if (this.#calls.poll(this.#waits.address, this.#clients.length, 20) > 0)
        this.#clients.forEach((client, at) => {
          if (this.#waits.view.getInt16(at * pollfdBytes + 6, true) !== 0) this.#take(client, nowMs);
        });
      if (nowMs - askedMs < 100) continue;
      askedMs = nowMs;
      for (const client of this.#clients) if (nowMs - client.heardMs > silentMs) this.#askAgain(client, nowMs);
    }
    const { user, system } = process.cpuUsage(startCpu);
    // So that no server works on what nobody reads any more.
    for (const client of this.#clients) this.#send(client, Buffer.from("\0\x05\0\0the end\0", "latin1"));
    const sum = (figure: (reader: FileReader) => number) =>
      this.#clients.reduce((total, { reader }) => total + figure(reader), 0);
    const wrong = this.#clients.flatMap(({ reader }) => reader.wrong ?? []);
    return {
      megabytes: sum(({ bytesRead }) => bytesRead) / 1e6,
      seconds: (nowMs - startMs) / 1000,
      files: sum(({ filesRead }) => filesRead),
      silences: this.#silences,
      granted: this.#clients[0]?.reader.granted ?? { blockBytes: 0, windowBlocks: 0 },
      wrong: { count: wrong.length, first: wrong[0] ?? "" },
      ownCpuShare: (user + system) / 1000 / (nowMs - startMs),
    };
  }

  close(): void {
    for (const { fd } of this.#clients) this.#libc.close(fd);
  }

  #begin(client: Client, nowMs: number): void {
    client.peerPort = tftpPort;
    client.heardMs = nowMs;
    this.#send(client, client.reader.request());
  }

  #take(client: Client, nowMs: number): void {
    const count = this.#inbox.take(client.fd);
    client.heardMs = nowMs;
    for (let at = 0; at < count; at += 1) {
      const bytes = this.#inbox.bytes(at);
      const port = this.#inbox.port(at);
      // The end of the transfer before this one, from the port that it had.
      if (client.peerPort !== tftpPort && port !== client.peerPort) continue;
      const answer = client.reader.take(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      client.peerPort = port;
      if (answer === "read") {
        this.#send(client, client.reader.again());
        this.#begin(client, nowMs);
        return;
      }
      if (answer !== undefined) this.#send(client, answer);
    }
  }

  #askAgain(client: Client, nowMs: number): void {
    this.#silences += 1;
    client.heardMs = nowMs;
    this.#send(client, client.reader.again());
  }

  #send(client: Client, packet: Uint8Array): void {
    this.#outbox.next().set(packet);
    this.#outbox.add(packet.length, this.#server, client.peerPort);
    this.#outbox.send(client.fd, () => undefined);
  }
}
