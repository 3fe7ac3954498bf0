// Follows what happens to a machine, for as long as its Hardware is there and can be used.
import { type Hardware, hardwareTrouble, kinds, type MachineEvent, type ResourceKey } from "@neverland/api";
import { exitCodes } from "../cli-error.ts";
import type { Clients } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { type Looking, missing } from "./missing-object.ts";
import { ObjectLife } from "./object-life.ts";

/** Resolves to the exit code: that of Ctrl-C, or 1 when nothing more will happen: no Hardware, or one that names no machine. */
export async function watchHardware(
  looking: Looking,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  const { clients } = looking;
  const hardware = await clients(kinds.Hardware).get(key, { signal });
  if (hardware === undefined) throw await missing({ kind: kinds.Hardware, key }, looking);
  const isOver = new AbortController();
  const both = AbortSignal.any([signal, isOver.signal]);
  const query = { namespace: key.namespace, fieldSelector: `spec.hardware=${key.name}`, signal: both };
  let ending: Promise<string | undefined> | undefined;
  try {
    for await (const event of clients(kinds.MachineEvent).watch(query)) {
      if (event.type === "synced") for (const item of event.items) context.stdout(formatEvent(item));
      else if (event.type === "added" || event.type === "modified") context.stdout(formatEvent(event.object));
      // What has happened is shown first, also of one that is not to be followed any further.
      ending ??= untilOver(clients, hardware, both, context).finally(() => isOver.abort());
    }
  } finally {
    isOver.abort();
  }
  const why = await ending;
  if (why === undefined) return exitCodes.interrupted;
  context.stderr(`${why}\n`);
  return exitCodes.failed;
}

/** @returns Why nothing more is to be seen of it; undefined when the signal aborted first. */
async function untilOver(
  clients: Clients,
  hardware: Hardware,
  signal: AbortSignal,
  context: CliContext,
): Promise<string | undefined> {
  const { namespace, name } = hardware.metadata;
  const life = new ObjectLife<Hardware>(`hardware ${name}`, hardware);
  const query = { namespace, fieldSelector: `metadata.name=${name}`, signal };
  for await (const event of clients(kinds.Hardware).watch(query)) {
    const now = life.after(event);
    if (now === undefined) continue;
    if (now.is === "gone") return now.said;
    if (now.is === "leaving" && now.said !== undefined) context.stderr(`${now.said}\n`);
    const { fault, because, todo } = hardwareTrouble(now.object);
    if (fault !== undefined) return `${fault}: ${[...because, ...todo].join("; ")}`;
  }
  return undefined;
}

function formatEvent({ spec }: MachineEvent): string {
  return `${spec?.time ?? ""}  ${spec?.type ?? ""}${spec?.reason ? ` (${spec.reason})` : ""}: ${spec?.message ?? ""}\n`;
}
