// Ends while its thread waits, by the way named in its first argument; the second names the thread's sockets.
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { startPacketThread, type ThreadSockets } from "../packet-thread.ts";

const ways: Readonly<Record<string, () => void>> = {
  exits: () => process.exit(7),
  throws: () => {
    throw new Error("on purpose");
  },
};
const wanted = { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" } as const;
const doors: Readonly<Record<string, () => Promise<ThreadSockets>>> = {
  native: async () => ({ descriptors: [await openSocket(await loadLibc(), wanted)] }),
  plain: async () => ({ ports: [wanted] }),
};
const thread = await startPacketThread({
  program: new URL("./echo-program.ts", import.meta.url),
  sockets: (await doors[process.argv[3] ?? ""]?.()) ?? { ports: [] },
  data: "",
  received: () => {
    process.stdout.write("it waits\n");
    setImmediate(ways[process.argv[2] ?? ""] ?? (() => undefined));
  },
  mostHeapMb: 256,
  longestTurnMs: 60_000,
});
thread.send("are you there?");
