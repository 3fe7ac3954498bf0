// A hall of machines that are switched on within a moment.
import { setTimeout as delay } from "node:timers/promises";
import { paperFile } from "../boot/paper-file.ts";
import { Relay } from "../boot/relay.ts";
import { MachineMessages } from "../dhcp/machine-messages.ts";
import { rackNetwork } from "../paper-machine.ts";
import { bootMachine, type MachineDeps } from "./boot-machine.ts";
import { StageTally } from "./stage-tally.ts";
import type { StormOrder, StormResult } from "./storm-order.ts";

const stepMs = 10;

export async function runStorm(order: StormOrder): Promise<StormResult> {
  const { server, machines, withinMs, bytesPerSecond, timeoutMs } = order;
  const route = { relay: rackNetwork.relay, server };
  const tally = new StageTally();
  const deps: MachineDeps = {
    relay: await Relay.open(rackNetwork.relay, server),
    messages: {
      firmware: new MachineMessages("firmware", route, 0, machines),
      ipxe: new MachineMessages("ipxe", route, 0, machines),
    },
    ...{ server, bytesPerSecond, tally },
    files: {
      binary: paperFile(order.binaryBytes),
      kernel: paperFile(order.kernelBytes),
      initramfs: paperFile(order.initramfsBytes),
    },
  };
  const [fromMs, fromCpu] = [performance.now(), process.cpuUsage()];
  // One each: a signal that thousands listen to looks through all of them for each that stops to.
  const ends = Array.from({ length: machines }, () => new AbortController());
  const timer = setTimeout(() => {
    for (const end of ends) end.abort(new Error(`it had not started after ${timeoutMs / 1000} s`));
  }, timeoutMs);
  const lives: Promise<boolean>[] = [];
  for (let index = 0; index < machines; await delay(stepMs)) {
    const due = Math.min(machines, Math.ceil(((performance.now() - fromMs) / withinMs) * machines));
    for (; index < due; index += 1) lives.push(liveOf(deps, index, ends[index]?.signal));
  }
  const started = (await Promise.all(lives)).filter((hasStarted) => hasStarted).length;
  clearTimeout(timer);
  deps.relay.close();
  const { user, system } = process.cpuUsage(fromCpu);
  const tookMs = performance.now() - fromMs;
  return { stages: tally.results(), started, tookMs, ownCpuMs: (user + system) / 1000 };
}

/** Whether it came to its first action; why not, its tally says. */
function liveOf(deps: MachineDeps, index: number, signal = AbortSignal.abort()): Promise<boolean> {
  return bootMachine(deps, index, signal).then(
    () => true,
    () => false,
  );
}
