// The thread that answers DHCP and TFTP, over real sockets on loopback and without privileges: machines ask by DHCP through a relay.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { ServedFile } from "@neverland/platform/files/served-file.ts";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { type DhcpMessage, encodeDhcpMessage, type Ipv4Address, type MacAddress } from "@neverland/protocols";
import type { TransferLimits } from "../tftp/transfer-slots.ts";
import { type BootsThread, type BootsThreadDeps, openBootsThread } from "../thread/boots-thread.ts";
import { testMachine } from "./machines.ts";

export const loopback = "127.0.0.1" as Ipv4Address;
export const relayAddress = "127.0.0.9" as Ipv4Address;

export interface LoopbackBoots {
  readonly index: MachineIndex;
  readonly events: readonly MachineEventInput[];
  readonly warnings: readonly string[];
  readonly dhcpPort: number;
  readonly tftpPort: number;
  readonly thread: BootsThread;
  /** The first that matches, past or to come. */
  event(matches: (event: MachineEventInput) => boolean): Promise<MachineEventInput>;
  warning(text: RegExp): Promise<string>;
  /** Where machines ask for their addresses; ends with the server. */
  readonly relay: LoopbackClient;
  /** A machine that reads files. */
  client(address?: string): Promise<LoopbackClient>;
  close(): Promise<void>;
}

export interface LoopbackClient {
  readonly socket: Socket;
  send(bytes: Uint8Array): void;
  /** Sends it again each second until something comes that is its answer, as machines do. */
  ask(bytes: Uint8Array, isAnswer?: (answer: Buffer) => boolean): Promise<Buffer>;
}

/** m51 and m52 have the addresses 127.0.0.1 and 127.0.0.2. */
export async function openBootsOnLoopback({
  transfers = { most: 4096, mostWaiting: 4096, mostOfMachine: 8, mostOfAddress: 256 },
  names = ["snponly.efi"],
  ...deps
}: Partial<BootsThreadDeps> & {
  readonly transfers?: TransferLimits;
  readonly names?: readonly string[];
} = {}): Promise<LoopbackBoots> {
  const { events, warnings, tell, first } = collect();
  const index = new MachineIndex();
  for (const last of [1, 2]) index.upsert(testMachine(50 + last, { dhcp: { ip: { address: `127.0.0.${last}` } } }));
  const link = { name: "lo", mac: "00:00:00:00:00:00" as MacAddress, serverAddress: loopback };
  const plan = {
    httpBaseUrl: "http://127.0.0.1",
    serverAddress: loopback,
    architectureBinaries: new Map([[7, "snponly.efi"]]),
  };
  const [dhcpPort, tftpPort] = [await freePort(), await freePort()];
  const thread = await openBootsThread(
    {
      libc: await loadLibc(),
      packets: undefined,
      links: [{ link, config: { plan, serverAddress: loopback, syslogAddress: undefined } }],
      dhcpPort,
      tftp: {
        port: tftpPort,
        limits: { blockSizeBytes: 1468, packetBlockBytes: 1468, windowBlocks: 64 },
        transfers,
        names: new Set(names),
      },
      index,
      clock: systemClock,
      files: { open: async () => fileOf(Uint8Array.from({ length: 1300 }, (_, at) => at % 251)) },
      record: (event) => void tell(() => events.push(event)),
      warn: (message) => tell(() => warnings.push(message)),
      ...deps,
    },
    AbortSignal.timeout(60_000),
  );
  const clients: Socket[] = [];
  const open = async (...where: Parameters<typeof openLoopbackClient>): Promise<LoopbackClient> => {
    const client = await openLoopbackClient(...where);
    clients.push(client.socket);
    return client;
  };
  return {
    index,
    events,
    warnings,
    dhcpPort,
    tftpPort,
    thread,
    event: (matches) => first(() => events.find(matches)),
    warning: (text) => first(() => warnings.find((message) => text.test(message))),
    relay: await open(relayAddress, dhcpPort, dhcpPort),
    client: (address = loopback) => open(address, 0, tftpPort),
    async close() {
      for (const socket of clients) socket.close();
      await thread.close(AbortSignal.abort());
    },
  };
}

/** @param port Its own; 0: any. @param serverPort Of a server on 127.0.0.1. */
export async function openLoopbackClient(address: string, port: number, serverPort: number): Promise<LoopbackClient> {
  const socket = createSocket({ type: "udp4", reuseAddr: true }).bind(port, address);
  await once(socket, "listening");
  return clientOf(socket, serverPort);
}

/** What a machine sends, by way of the relay. */
export function relayed(message: DhcpMessage): Uint8Array {
  return encodeDhcpMessage({ ...message, giaddr: relayAddress });
}

export function readRequest(name: string, options = "", mode = "octet"): Uint8Array {
  return Buffer.from(`\0\x01${name}\0${mode}\0${options}`, "latin1");
}

/** Of a made-up version. */
export function fileOf(content: Uint8Array): ServedFile {
  const version = {
    path: "/srv/snponly.efi",
    sizeBytes: content.length,
    lastModified: { ms: 0, text: "" },
    etag: `"${content.length}"`,
    mtimeNs: 0n,
  };
  const read = (offset: number, most: number) => content.subarray(offset, offset + most);
  return new ServedFile(version, { read, inMemory: read, close: () => undefined }, () => undefined);
}

const askAgainMs = 1000;

function clientOf(socket: Socket, port: number): LoopbackClient {
  const send = (bytes: Uint8Array): void => socket.send(bytes, port, loopback);
  return {
    socket,
    send,
    ask(bytes, isAnswer = () => true) {
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      const hear = (answer: Buffer): void => {
        if (isAnswer(answer)) resolve(answer);
      };
      socket.on("message", hear);
      send(bytes);
      const again = setInterval(send, askAgainMs, bytes);
      return promise.finally(() => {
        clearInterval(again);
        socket.off("message", hear);
      });
    },
  };
}

/** What is told, and waiting for it. */
function collect() {
  const [events, warnings]: [MachineEventInput[], string[]] = [[], []];
  let news = Promise.withResolvers<void>();
  const tell = (add: () => unknown): void => {
    add();
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const first = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await news.promise;
    }
  };
  return { events, warnings, tell, first };
}
