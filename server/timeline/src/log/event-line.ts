// What a line of the event log says, and the resource that readers see of it.
import { apiVersionOf, kinds, type MachineEvent, type MachineEventSpec, type ObjectMetaInput } from "@neverland/api";
import { formatSeconds, formatTime } from "@neverland/platform/time/clock.ts";

/** An event. Short names: they are in each line. */
export type EventLine = {
  /** Its number in the log's own count, which grows with every event. */
  readonly v: number;
  /** When it was written down, in milliseconds since 1970. */
  readonly at: number;
  readonly ns: string;
  readonly name: string;
  /** Labels, annotations and the like of an event that came through the API. */
  readonly meta?: ObjectMetaInput;
  readonly spec: MachineEventSpec;
};

/** How often event `of` was seen in all, and when last. The last such line counts. */
export type CountLine = { readonly of: number; readonly count: number; readonly until: number };

export type Seen = { readonly count: number; readonly untilMs: number };

/** @returns `undefined` for what is not a line of ours: the disk spoilt it, or a newer server wrote it. */
export function parseLine(text: string): EventLine | CountLine | undefined {
  let line: Partial<EventLine & CountLine> | null;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== "object" || line === null) return undefined;
  const { v, at, ns, name, spec, of, count, until } = line;
  if (isNumber(of) && isNumber(count) && isNumber(until)) return { of, count, until };
  const isSpec = typeof spec === "object" && spec !== null && typeof spec.type === "string";
  if (!isNumber(v) || !isNumber(at) || typeof ns !== "string" || typeof name !== "string" || !isSpec) return undefined;
  return { v, at, ns, name, spec, ...(line.meta === undefined ? {} : { meta: line.meta }) };
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** @param logId Of the log that the line is in: it makes the uid one of its own. */
export function toMachineEvent({ v, at, ns, name, meta, spec }: EventLine, logId: string, seen: Seen) {
  const repeated = seen.count > 1 ? { count: seen.count, lastTime: formatTime(seen.untilMs) } : {};
  return {
    apiVersion: apiVersionOf(kinds.MachineEvent),
    kind: kinds.MachineEvent.kind,
    metadata: {
      ...meta,
      name,
      namespace: ns,
      uid: `${logId.slice(0, 24)}${v.toString(16).padStart(12, "0")}`,
      resourceVersion: String(v),
      generation: 1,
      creationTimestamp: formatSeconds(at),
    },
    spec: { ...spec, ...repeated },
  } satisfies MachineEvent;
}
