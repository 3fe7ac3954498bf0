// Takes events in that were kept elsewhere before, as they are.
import type { MachineEvent, MachineEventSpec } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import type { EventMemory } from "./event-memory.ts";

/** Those that are there already are passed over. @returns Whether all are on the disk. */
export async function adoptEvents(
  events: readonly MachineEvent[],
  memory: Pick<EventMemory, "append" | "flush" | "index" | "makeRoom">,
  clock: Clock,
  readBack: (namespace: string, spec: MachineEventSpec) => void,
): Promise<boolean> {
  let isTaken = true;
  const breather = new Breather();
  for (const { metadata, spec } of events) {
    if (breather.isDue) await breather.breathe();
    const { namespace, name } = metadata;
    if (spec === undefined || memory.index.get({ namespace, name }) !== undefined) continue;
    if (!(await memory.makeRoom())) return false;
    const timeMs = Date.parse(spec.time);
    const atMs = Number.isNaN(timeMs) ? clock.nowMs() : timeMs;
    const { segment } = memory.append({ namespace, name, spec, atMs }, true);
    isTaken &&= segment !== undefined;
    readBack(namespace, spec);
  }
  return (await memory.flush()) && isTaken;
}
