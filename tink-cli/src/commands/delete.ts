// tink delete: removes objects, by name or as a file lists them.
import { type KindInfo, qualifiedName } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { readManifests } from "../manifest-files.ts";
import { readTargets } from "../resource-names.ts";

type Target = { readonly kind: KindInfo; readonly name?: string | undefined; readonly namespace?: string | undefined };

export function addDeleteCommand(program: Command, context: CliContext): void {
  program
    .command("delete [resource...]")
    .description("remove objects: delete workflow/NAME, delete hw NAME…, delete -f FILE")
    .option("-f, --filename <file...>", "remove what these files describe; - reads standard input")
    .option("--ignore-not-found", "what is not there is no failure")
    .action(async (words: string[], options: { filename?: string[]; ignoreNotFound?: boolean }, command: Command) => {
      const targets: Target[] = [
        ...(words.length > 0 ? readTargets(words) : []),
        ...(await inFiles(options.filename ?? [], context)),
      ];
      if (targets.length === 0) throw new CliError("usage", "Name what to delete: KIND/NAME, or -f FILE");
      const { clients, namespace } = await connect(command, context);
      for (const target of targets) {
        const { kind, name } = target;
        if (name === undefined) throw new CliError("usage", `Name the ${kind.plural} to delete: ${kind.singular}/NAME`);
        const key = { namespace: target.namespace ?? namespace, name };
        if (options.ignoreNotFound && (await clients(kind).get(key)) === undefined) continue;
        await clients(kind).delete(key);
        context.stdout(`${qualifiedName(kind, kind.singular)}/${name} deleted\n`);
      }
    });
}

async function inFiles(paths: readonly string[], { stdin }: CliContext): Promise<Target[]> {
  const objects = paths.length === 0 ? [] : await readManifests(paths, stdin);
  return objects.map(({ kind, resource: { metadata } }) => ({
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
  }));
}
