// What a command line names: by words, and by files, whose reader is loaded where -f names some.
import type { Command } from "commander";
import { askedNamespace } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { readTargets, type Target } from "./resource-names.ts";

type Named = { readonly filename?: readonly string[]; readonly recursive?: boolean };

/** In the order of the command line: words first. @throws {CliError} `usage` */
export async function askedTargets(
  words: readonly string[],
  { filename, recursive = false }: Named,
  command: Command,
  context: CliContext,
): Promise<Target[]> {
  const byWords = words.length > 0 ? readTargets(words) : [];
  if (filename === undefined) return byWords;
  const { targetsInFiles } = await import("../manifests/manifest-files.ts");
  return [...byWords, ...(await targetsInFiles({ filename, recursive }, askedNamespace(command), context))];
}
