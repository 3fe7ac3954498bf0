// The thread a frame relay runs in: a loop that blocks must not be the thread that serves.
import { workerData } from "node:worker_threads";
import { type RelayEnds, relayFrames } from "./frame-relay-loop.ts";
import { loadNativeSockets } from "./native-sockets.ts";

/** What `frame-relay.ts` hands over. `stop` is one shared integer; any other value than 0 ends the loop. */
export interface RelayWorkerData extends RelayEnds {
  readonly stop: SharedArrayBuffer;
}

const data: RelayWorkerData = workerData;
const flag = new Int32Array(data.stop);
relayFrames(data, loadNativeSockets(), () => Atomics.load(flag, 0) !== 0);
