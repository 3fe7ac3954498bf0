// Asks for addresses in many machines' names at once, at the pace that it is told, and says how it went.
import { addressNumber, rackNetwork } from "../paper-machine.ts";
import type { DoraOrder, DoraPace, DoraResult } from "./dora-order.ts";
import { DoraSlots } from "./dora-slots.ts";
import { MachineMessages } from "./machine-messages.ts";
import { RelaySocket } from "./relay-socket.ts";

const expireEveryMs = 20;
const longestWaitMs = 2;

export async function runDoraLoad({ server, from, machines, pace }: DoraOrder): Promise<DoraResult> {
  const { relay } = rackNetwork;
  const messages = new MachineMessages("firmware", { relay, server }, from, machines);
  const socket = await RelaySocket.open(relay, server);
  const slots = new DoraSlots({ relay: addressNumber(relay), server: addressNumber(server) });
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  let [nowMs, begun, done, doneInTime, lastExpiryMs] = [startMs, 0, 0, 0, startMs];
  const take = (view: DataView) => {
    const taken = slots.take(view, performance.now());
    if (taken === "done") done += 1;
    if (typeof taken === "number") socket.send(messages.of(slots.machineOf(taken), "request"), taken);
  };
  for (;;) {
    nowMs = performance.now();
    const due = dueNow(pace, { elapsedMs: nowMs - startMs, begun, underWay: slots.underWay, machines });
    for (let more = 0; more < due; more += 1) {
      const machine = from + (begun % machines);
      const xid = slots.begin(machine, nowMs);
      if (xid === undefined) break;
      begun += 1;
      socket.send(messages.of(machine, "discover"), xid);
    }
    socket.flush();
    if (!isOver(pace, nowMs - startMs, begun, machines)) doneInTime = done;
    else if (slots.underWay === 0) break;
    socket.receive(longestWaitMs, take);
    socket.flush();
    if (nowMs - lastExpiryMs < expireEveryMs) continue;
    slots.expire(nowMs);
    lastExpiryMs = nowMs;
  }
  socket.close();
  const { user, system } = process.cpuUsage(startCpu);
  const tookMs = nowMs - startMs;
  return {
    done,
    dropped: slots.dropped,
    perSecond: pace.kind === "closed" ? (doneInTime / pace.forMs) * 1000 : (done / tookMs) * 1000,
    latencyMs: percentiles(slots.latenciesMs),
    late: slots.late,
    wrong: slots.wrong,
    ownCpuShare: (user + system) / 1000 / tookMs,
  };
}

/** How many machines are to begin at once. */
function dueNow(
  pace: DoraPace,
  { elapsedMs, begun, underWay, machines }: { elapsedMs: number; begun: number; underWay: number; machines: number },
): number {
  if (pace.kind === "closed") return elapsedMs < pace.forMs ? pace.atOnce - underWay : 0;
  return Math.min(machines, Math.floor((elapsedMs / 1000) * pace.perSecond) + 1) - begun;
}

function isOver(pace: DoraPace, elapsedMs: number, begun: number, machines: number): boolean {
  return pace.kind === "closed" ? elapsedMs >= pace.forMs : begun === machines;
}

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
