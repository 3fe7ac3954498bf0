// tink delete: removes objects, by name or as a file lists them.
import { deletionOf, type KindNames, type Resource } from "@neverland/api";
import { type Command, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { readTimeout } from "../../command-line/option-values.ts";
import { type Clients, connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { type Looking, missing, orMeant } from "../../machines/missing-object.ts";
import { refuseWhileRunning } from "../../objects/delete-guard.ts";
import { addSelection, type Selected, type Selection, selectObjects, subjectOf } from "../../objects/selection.ts";
import { dryMark, type WriteOptions } from "../../objects/write-result.ts";

type DeleteOptions = Selection & {
  force?: boolean;
  ignoreNotFound?: boolean;
  wait: string;
  timeout: number;
  cascade: keyof typeof cascades;
  dryRun: WriteOptions["dryRun"];
  output?: string;
};

/** kubectl's words, of which the first three are its older ones. */
const cascades = {
  true: "Background",
  false: "Orphan",
  background: "Background",
  foreground: "Foreground",
  orphan: "Orphan",
} as const;
type Held = { readonly kind: KindNames; readonly object: Resource };

export function configure(command: Command, context: CliContext): void {
  addSelection(command)
    .option("--force", "also a workflow whose running action may be writing a disk: the action is stopped")
    .option("--ignore-not-found", "what is not there is no failure")
    .addOption(
      new Option("--wait [truth]", "wait until what finalizers hold is gone")
        .choices(["true", "false"])
        .preset("true")
        .default("true"),
    )
    .option("--timeout <time>", "wait for so long and no longer (exit 4): seconds, or 1m30s", readTimeout, 60)
    .addOption(
      new Option(
        "--cascade [how]",
        "what becomes of objects that it owns: background, foreground, or orphan, which leaves them",
      )
        .choices(Object.keys(cascades))
        .preset("background")
        .default("background"),
    )
    .addOption(
      new Option("--dry-run [where]", "say what would be deleted")
        .choices(["none", "client", "server"])
        .preset("client")
        .default("none"),
    )
    .addOption(new Option("-o, --output <format>", "name: the names alone").choices(["name"]))
    .option("--now", "accepted, as kubectl has it: nothing here is given time before it is deleted")
    .option("--grace-period <seconds>", "the same")
    .action(async (words: string[], options: DeleteOptions) => {
      const connected = await connect(command, context);
      const { clients } = connected;
      const selected = await selectObjects(words, options, connected, command, context);
      if (selected.length === 0) return context.stderr("No resources found\n");
      const held: Held[] = [];
      const remove = async (one: Selected): Promise<void> => {
        const client = clients(one.kind);
        if (options.ignoreNotFound && (await client.get(one.key)) === undefined) return;
        if (!options.force && options.dryRun === "none") await refuseWhileRunning(clients, one.kind, one.key);
        const object = await removeOne(one, connected, options);
        if (object !== undefined && options.dryRun === "none") held.push({ kind: one.kind, object });
        if (options.output === "name") return context.stdout(`${subjectOf(one)}\n`);
        const done = object === undefined || options.dryRun !== "none" ? "deleted" : "marked for deletion";
        context.stdout(`${subjectOf(one)} ${done}${dryMark[options.dryRun]}\n`);
      };
      await eachOf(selected, remove, context, "deleted or marked for deletion");
      // All are on their way out by now: what one waits for may be that another goes.
      for (const each of held) context.stderr(`${heldText(each)}\n`);
      if (options.wait === "true") await untilGone(clients, held, options.timeout, context);
    });
}

async function removeOne(
  one: Selected,
  looking: Looking,
  { dryRun, cascade }: DeleteOptions,
): Promise<Resource | undefined> {
  const client = looking.clients(one.kind);
  if (dryRun !== "client")
    return await client
      .delete(one.key, { dryRun: dryRun === "server", propagationPolicy: cascades[cascade] })
      .catch(orMeant(one, looking));
  if ((await client.get(one.key)) === undefined) throw await missing(one, looking);
  return undefined;
}

async function untilGone(clients: Clients, held: readonly Held[], timeout: number, context: CliContext): Promise<void> {
  const deadline = AbortSignal.timeout(timeout * 1000);
  const signal = AbortSignal.any([context.signal, deadline]);
  for (const { kind, object } of held) {
    const isGone = (found: Resource | undefined) => found === undefined || found.metadata.uid !== object.metadata.uid;
    await clients(kind)
      .waitFor(object.metadata, isGone, signal)
      .catch((error: unknown) => {
        throw deadline.aborted ? new CliError("timed-out", stillThere({ kind, object }, timeout)) : error;
      });
    context.stdout(`${subjectOf({ kind, key: object.metadata })} deleted\n`);
  }
}

function heldText({ kind, object }: Held): string {
  return `${subjectOf({ kind, key: object.metadata })} is held by ${deletionOf(object)?.heldBy.join("; ")}`;
}

function stillThere(held: Held, timeout: number): string {
  return `${heldText(held)}, and is still there after ${timeout} s; ${deletionOf(held.object)?.todo}`;
}
