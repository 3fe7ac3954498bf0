// A DHCP relay on loopback (RFC 2131 §4.1): the server answers to its address, so no machine and no frame is needed.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const serverPort = 67;
const headerBytes = 236;

export const DhcpType = { discover: 1, request: 3, decline: 4 } as const;

export class Relay {
  readonly #socket = createSocket({ type: "udp4", reuseAddr: true });
  readonly #giaddr: readonly number[];
  readonly #waiting = new Map<number, () => void>();
  #xid = 1;

  /** @param address Of loopback; one relay each. */
  private constructor(address: string) {
    this.#giaddr = address.split(".").map(Number);
    this.#socket.on("message", (reply) => {
      const xid = reply.readUInt32BE(4);
      this.#waiting.get(xid)?.();
      this.#waiting.delete(xid);
    });
    this.#socket.on("error", () => undefined);
  }

  static async open(address: string): Promise<Relay> {
    const relay = new Relay(address);
    relay.#socket.bind(serverPort, address);
    await once(relay.#socket, "listening");
    return relay;
  }

  /** Resolves with whether an answer came in time. */
  ask(mac: string, type: number, timeoutMs: number, options: readonly number[] = []): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const xid = this.send(mac, type, options);
    const timer = setTimeout(() => {
      this.#waiting.delete(xid);
      resolve(false);
    }, timeoutMs);
    this.#waiting.set(xid, () => {
      clearTimeout(timer);
      resolve(true);
    });
    return promise;
  }

  send(mac: string, type: number, options: readonly number[] = []): number {
    const xid = this.#xid++;
    const header = Buffer.alloc(headerBytes);
    header.set([1, 1, 6, 1]);
    header.writeUInt32BE(xid, 4);
    header.set(this.#giaddr, 24);
    header.write(mac.replaceAll(":", ""), 28, "hex");
    const body = [0x63, 0x82, 0x53, 0x63, 53, 1, type, ...options, 255];
    this.#socket.send(
      Buffer.concat([header, Buffer.from(body), Buffer.alloc(64 - body.length)]),
      serverPort,
      "127.0.0.1",
    );
    return xid;
  }

  close(): void {
    this.#socket.close();
  }
}
