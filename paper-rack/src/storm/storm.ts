// A hall of machines that are switched on within a moment.
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { paperFile } from "../boot/paper-file.ts";
import type { PacketBootResult } from "../packets/packet-boot.ts";
import { openPacketsThread } from "../packets/packets-thread.ts";
import { bootMachine, type MachineDeps } from "./boot-machine.ts";
import { Lateness } from "./lateness.ts";
import { lostDatagrams } from "./lost-datagrams.ts";
import { StageTally } from "./stage-tally.ts";
import type { StormOrder, StormResult } from "./storm-order.ts";

const stepMs = 10;

export async function runStorm(order: StormOrder): Promise<StormResult> {
  const { machines, withinMs, bytesPerSecond, timeoutMs } = order;
  const tally = new StageTally();
  const files = { kernel: paperFile(order.kernelBytes), initramfs: paperFile(order.initramfsBytes) };
  const deps: MachineDeps = { bytesPerSecond, tally, files };
  // One each: a signal that thousands listen to looks through all of them for each that stops to.
  const lives = Array.from({ length: machines }, () => ({
    end: new AbortController(),
    over: Promise.withResolvers<boolean>(),
  }));
  const packets = await openPacketsThread(order, ({ index, stages, bootFile }: PacketBootResult) => {
    for (const took of stages) tally.note(took);
    const life = lives[index];
    if (bootFile === undefined || life === undefined) life?.over.resolve(false);
    else life.over.resolve(hasStarted(bootMachine(deps, index, bootFile, life.end.signal)));
  });
  try {
    const [fromMs, fromCpu, fromLost] = [performance.now(), process.cpuUsage(), await lostDatagrams()];
    const lateness = new Lateness(systemClock);
    const reason = `it had not started after ${timeoutMs / 1000} s`;
    const timer = setTimeout(() => {
      void packets.over(reason);
      for (const { end } of lives) end.abort(new Error(reason));
    }, timeoutMs);
    for (let index = 0; index < machines; await delay(stepMs)) {
      const due = Math.min(machines, Math.ceil(((performance.now() - fromMs) / withinMs) * machines));
      packets.begin(index, due);
      index = due;
    }
    const started = (await Promise.all(lives.map(({ over }) => over.promise))).filter((hasCome) => hasCome).length;
    clearTimeout(timer);
    lateness.end();
    const tookMs = performance.now() - fromMs;
    const ofPackets = await packets.over(reason);
    const { user, system } = process.cpuUsage(fromCpu);
    const players = {
      cpuMs: { all: (user + system) / 1000, packets: ofPackets.cpuMs },
      lateShare: { packets: ofPackets.lateShare, others: lateness.share },
      lostDatagrams: (await lostDatagrams()) - fromLost,
    };
    return { stages: tally.results(), started, tookMs, players };
  } finally {
    await packets.close();
  }
}

/** Whether it came to its first action; why not, its tally says. */
function hasStarted(life: Promise<void>): Promise<boolean> {
  return life.then(
    () => true,
    () => false,
  );
}
