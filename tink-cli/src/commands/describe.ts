// tink describe: an object in full, with what happened to it; for a machine also where the time of its last boot went.

import type { ApiClient, Resource } from "@neverland/api";
import { type KindInfo, kinds, type MachineEvent } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { describeObject } from "../output/describe.ts";
import { formatStageBill } from "../output/stage-bill.ts";
import { readTargets } from "../resource-names.ts";

export function addDescribeCommand(program: Command, context: CliContext): void {
  program
    .command("describe <resource...>")
    .description("show an object in full, and its timeline: describe hardware/NAME")
    .action(async (words: string[], _options: unknown, command: Command) => {
      const { client, namespace } = await connect(command, context);
      for (const { kind, name } of readTargets(words)) {
        const names =
          name === undefined
            ? (await client.list(kind, { namespace })).items.map((item) => item.metadata.name)
            : [name];
        for (const each of names)
          context.stdout(await describe(client, kind, { namespace, name: each }, context.nowMs()));
      }
    });
}

async function describe(
  client: ApiClient,
  kind: KindInfo,
  key: { namespace: string; name: string },
  nowMs: number,
): Promise<string> {
  const object = await client.get(kind, key);
  if (object === undefined)
    throw new CliError("not-found", `There is no ${kind.singular} "${key.name}" in namespace ${key.namespace}.`);
  const events = await eventsOf(client, object);
  const bill = kind === kinds.Hardware ? formatStageBill(events) : "";
  return `${describeObject(object, events, nowMs)}${bill}\n`;
}

/** A machine's events, or a workflow's, oldest first; none for other kinds. */
export async function eventsOf(
  client: ApiClient,
  { kind, metadata: { namespace, name } }: Resource,
): Promise<MachineEvent[]> {
  const selectors: Record<string, string> = {
    Hardware: `spec.hardware=${name}`,
    Workflow: `spec.workflow=${namespace}/${name}`,
  };
  const fieldSelector = selectors[kind];
  if (fieldSelector === undefined) return [];
  const { items } = await client.list<MachineEvent>(kinds.MachineEvent, { namespace, fieldSelector });
  return items.sort((a, b) => Date.parse(a.spec?.time ?? "") - Date.parse(b.spec?.time ?? ""));
}
