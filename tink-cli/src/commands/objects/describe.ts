// tink describe: an object in full, with what happened to it; for a machine also where the time of its last boot went.
import {
  eventsOfLife,
  type KindNames,
  kinds,
  type MachineEvent,
  nameIn,
  type Resource,
  type ResourceKey,
  stageBill,
  subjectAmong,
} from "@neverland/api";
import type { Command } from "commander";
import { readMeant } from "../../command-line/meant-targets.ts";
import type { Target } from "../../command-line/resource-names.ts";
import { type Clients, connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { type Looking, missing } from "../../machines/missing-object.ts";
import { describeObject } from "../../output/describe.ts";
import { formatStageBill } from "../../output/stage-bill.ts";

export function configure(command: Command, context: CliContext): void {
  command.action(async (words: string[]) => {
    const connected = await connect(command, context);
    const { clients, namespace } = connected;
    const show = async ({ kind, name }: Target): Promise<void> => {
      const names = name === undefined ? await namesOf(clients, kind, namespace) : [name];
      for (const each of names)
        context.stdout(await describe(connected, kind, { namespace, name: each }, context.nowMs()));
    };
    await eachOf(await readMeant(words, connected), show, context);
  });
}

async function namesOf(clients: Clients, kind: KindNames, namespace: string): Promise<string[]> {
  return (await clients(kind).list({ namespace })).items.map((item) => item.metadata.name);
}

async function describe(looking: Looking, kind: KindNames, key: ResourceKey, nowMs: number): Promise<string> {
  const { clients } = looking;
  const object = await clients(kind).get(key);
  if (object === undefined) throw await missing({ kind, key }, looking);
  const events = await eventsOf(clients, object);
  const bill = kind.kind === "Hardware" || kind.kind === "MachineView" ? stageBill(events) : undefined;
  const billText = bill === undefined ? "" : `Last boot:\n${formatStageBill(bill.stages)}`;
  return `${describeObject(object, events, nowMs)}${billText}\n`;
}

/** A machine's events, or a workflow's, oldest first; none for other kinds, nor of one that had its name before. */
async function eventsOf(clients: Clients, object: Resource): Promise<MachineEvent[]> {
  const { kind, metadata } = object;
  const subject = subjectAmong(kinds.MachineEvent.about, kind, metadata.name);
  if (subject === undefined) return [];
  const { namespace } = metadata;
  const fieldSelector = `${subject.path}=${nameIn(subject, metadata)}`;
  const { items } = await clients(kinds.MachineEvent).list({ namespace, fieldSelector });
  return eventsOfLife(items, object).sort((a, b) => Date.parse(a.spec?.time ?? "") - Date.parse(b.spec?.time ?? ""));
}
