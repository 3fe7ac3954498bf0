// tink delete: removes objects, by name or as a file lists them.
import { deletionOf, type KindInfo, qualifiedName, type Resource } from "@neverland/api";
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { readManifests } from "../manifest-files.ts";
import { readTimeout } from "../option-values.ts";
import { readTargets } from "../resource-names.ts";
import { refuseWhileRunning } from "./delete-guard.ts";

type Target = { readonly kind: KindInfo; readonly name?: string | undefined; readonly namespace?: string | undefined };
type DeleteOptions = { force?: boolean; filename?: string[]; ignoreNotFound?: boolean; wait: string; timeout: number };
type Held = { readonly kind: KindInfo; readonly object: Resource };

export function configure(command: Command, context: CliContext): void {
  command
    .option("-f, --filename <file...>", "remove what these files describe; - reads standard input")
    .option("--force", "also a workflow whose running action may be writing a disk: the action is stopped")
    .option("--ignore-not-found", "what is not there is no failure")
    .addOption(
      new Option("--wait [truth]", "wait until what finalizers hold is gone")
        .choices(["true", "false"])
        .preset("true")
        .default("true"),
    )
    .option("--timeout <time>", "wait for so long and no longer (exit 4): seconds, or 1m30s", readTimeout, 60)
    .action(async (words: string[], options: DeleteOptions) => {
      const targets: Target[] = [
        ...(words.length > 0 ? readTargets(words) : []),
        ...(await inFiles(options.filename ?? [], context)),
      ];
      if (targets.length === 0) throw new CliError("usage", "Name what to delete: KIND/NAME, or -f FILE");
      const { clients, namespace } = await connect(command, context);
      const held: Held[] = [];
      const remove = async (target: Target): Promise<void> => {
        const { kind, name } = target;
        if (name === undefined) throw new CliError("usage", `Name the ${kind.plural} to delete: ${kind.singular}/NAME`);
        const key = { namespace: target.namespace ?? namespace, name };
        if (options.ignoreNotFound && (await clients(kind).get(key)) === undefined) return;
        if (!options.force) await refuseWhileRunning(clients, kind, key);
        const object = await clients(kind).delete(key);
        if (object !== undefined) held.push({ kind, object });
        context.stdout(`${subjectOf(kind, name)} ${object === undefined ? "deleted" : "marked for deletion"}\n`);
      };
      await eachOf(targets, remove, context, "deleted or marked for deletion");
      // All are on their way out by now: what one waits for may be that another goes.
      for (const each of held) context.stderr(`${heldText(each)}\n`);
      if (options.wait === "true") await untilGone(clients, held, options.timeout, context);
    });
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
    context.stdout(`${subjectOf(kind, object.metadata.name)} deleted\n`);
  }
}

function heldText({ kind, object }: Held): string {
  return `${subjectOf(kind, object.metadata.name)} is held by ${deletionOf(object)?.heldBy.join("; ")}`;
}

function stillThere(held: Held, timeout: number): string {
  return `${heldText(held)}, and is still there after ${timeout} s; ${deletionOf(held.object)?.todo}`;
}

function subjectOf(kind: KindInfo, name: string): string {
  return `${qualifiedName(kind, kind.singular)}/${name}`;
}

async function inFiles(paths: readonly string[], { stdin }: CliContext): Promise<Target[]> {
  const objects = paths.length === 0 ? [] : await readManifests(paths, stdin);
  return objects.map(({ kind, resource: { metadata } }) => ({
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
  }));
}
