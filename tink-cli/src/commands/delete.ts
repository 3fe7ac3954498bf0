// tink delete: removes objects, by name or as a file lists them.
import { findKind, type KindInfo, readManifests } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { readManifestFiles } from "../manifest-files.ts";
import { readTargets } from "../resource-names.ts";

export function addDeleteCommand(program: Command, context: CliContext): void {
  program
    .command("delete [resource...]")
    .description("remove objects: delete workflow/NAME, delete hw NAME…, delete -f FILE")
    .option("-f, --filename <file...>", "remove what these files describe; - reads standard input")
    .option("--ignore-not-found", "what is not there is no failure")
    .action(async (words: string[], options: { filename?: string[]; ignoreNotFound?: boolean }, command: Command) => {
      const targets: Target[] = [
        ...(words.length > 0 ? readTargets(words) : []),
        ...(await readFiles(options.filename ?? [])),
      ];
      if (targets.length === 0) throw new CliError("usage", "Name what to delete: KIND/NAME, or -f FILE");
      const { client, namespace } = await connect(command, context);
      for (const target of targets) {
        if (target.name === undefined)
          throw new CliError("usage", `Name the ${target.kind.plural} to delete: ${target.kind.singular}/NAME`);
        const key = { namespace: target.namespace ?? namespace, name: target.name };
        if (options.ignoreNotFound && (await client.get(target.kind, key)) === undefined) continue;
        await client.delete(target.kind, key);
        context.stdout(`${target.kind.singular}.${target.kind.group}/${target.name} deleted\n`);
      }
    });
}

type Target = { readonly kind: KindInfo; readonly name?: string; readonly namespace?: string };

async function readFiles(paths: readonly string[]): Promise<Target[]> {
  const objects = paths.length === 0 ? [] : readManifests(await readManifestFiles(paths));
  return objects.flatMap(({ apiVersion, kind, metadata: { name, namespace } }) => {
    const info = findKind(apiVersion, kind);
    return info === undefined ? [] : [{ kind: info, name, ...(namespace === undefined ? {} : { namespace }) }];
  });
}
