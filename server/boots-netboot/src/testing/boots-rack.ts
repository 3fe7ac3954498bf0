// A server and its clients for tests: Boots in one namespace at 10.77.0.1, each client in another, all on one bridge.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { BootsConfig } from "../boots-config.ts";
import { type Namespace, openNamespace, runInside, spawnInside } from "./network-namespace.ts";

/** A line of the server: an event, or `Ready`. `atMs` is the server's wall clock. */
export interface RackEvent {
  readonly type: string;
  readonly atMs: number;
  readonly mac?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly data?: Record<string, string | number | boolean>;
}

export interface Rack {
  readonly server: Namespace;
  readonly events: readonly RackEvent[];
  /** The first event that matches, past or to come. Rejects after `timeoutMs`. */
  waitFor(what: string, matches: (event: RackEvent) => boolean, timeoutMs: number): Promise<RackEvent>;
  setHardware(hardware: readonly KnownHardware[]): Promise<void>;
  /** A client with a card of this MAC on the bridge; its link is `eth0` and has no address. */
  addClient(mac: string): Promise<Namespace>;
  close(): Promise<void>;
}

/** Lays a bridge `br0` with the server's address. */
export const bridge = [
  "ip link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
  "ip addr add 10.77.0.1/24 dev br0",
  "ip link set br0 up",
].join("; ");

export async function openRack(config: Partial<BootsConfig>, hardware: readonly KnownHardware[]): Promise<Rack> {
  const server = await openNamespace(bridge);
  const settings = JSON.stringify({ config: { interfaces: [{ name: "br0" }], ...config }, hardware });
  const program = fileURLToPath(new URL("./boots-process.ts", import.meta.url));
  const child = spawnInside(server, [process.execPath, program, settings]);
  child.stderr.pipe(process.stderr);
  const events: RackEvent[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as RackEvent); // our own program's lines
    for (const look of waiting) look();
  });
  const waitFor: Rack["waitFor"] = (what, matches, timeoutMs) => {
    const { promise, resolve, reject } = Promise.withResolvers<RackEvent>();
    const look = () => {
      const found = events.find(matches);
      if (found !== undefined) resolve(found);
    };
    const timer = setTimeout(() => {
      reject(new Error(`no ${what} within ${timeoutMs} ms; events: ${JSON.stringify(events, null, 1)}`));
    }, timeoutMs);
    waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  const clients: Namespace[] = [];
  await waitFor("ready server", ({ type }) => type === "Ready", 15_000);
  return {
    server,
    events,
    waitFor,
    async setHardware(next) {
      const before = events.length;
      child.stdin.write(`${JSON.stringify(next)}\n`);
      await waitFor("new hardware", (event) => event.type === "Applied" && events.indexOf(event) >= before, 5_000);
    },
    async addClient(mac) {
      const client = await joinBridge(server, `port${clients.length + 1}`, mac);
      clients.push(client);
      return client;
    },
    async close() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      await ended;
      for (const namespace of [...clients, server]) await namespace.close();
    },
  };
}

/** A client as `addClient` of a rack makes one. @param port Of the bridge, by a name of its own. */
export async function joinBridge(server: Namespace, port: string, mac: string): Promise<Namespace> {
  const client = await openNamespace("true", server);
  const peer = `peer name eth0 address ${mac} netns ${client.pid}`;
  const join = `ip link add ${port} type veth ${peer} && ip link set ${port} master br0 up`;
  const joined = await runInside(server, ["sh", "-c", join]);
  if (joined.code !== 0) throw new Error(joined.stderr);
  await runInside(client, ["ip", "link", "set", "eth0", "up"]);
  return client;
}
