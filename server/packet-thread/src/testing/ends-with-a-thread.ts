// Ends while its thread waits in the kernel, by the way named in its argument.
import { loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { startPacketThread } from "../packet-thread.ts";

const ways: Readonly<Record<string, () => void>> = {
  exits: () => process.exit(7),
  throws: () => {
    throw new Error("on purpose");
  },
};
const wanted = { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" } as const;
const thread = await startPacketThread({
  program: new URL("./echo-program.ts", import.meta.url),
  sockets: [await openSocket(await loadLibc(), wanted)],
  data: "",
  received: () => {
    process.stdout.write("it waits\n");
    setImmediate(ways[process.argv[2] ?? ""] ?? (() => undefined));
  },
  mostHeapMb: 256,
  longestTurnMs: 60_000,
});
thread.send("are you there?");
