// What a command line names: by words, and by files, whose reader is loaded where -f names some.
import type { Command } from "commander";
import { askedNamespace, type Connected } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { readMeant } from "./meant-targets.ts";
import type { Target } from "./resource-names.ts";

type Named = { readonly filename?: readonly string[]; readonly recursive?: boolean };

/** In the order of the command line: words first. @throws {CliError} `usage` */
export async function askedTargets(
  words: readonly string[],
  { filename, recursive = false }: Named,
  connected: Connected,
  command: Command,
  context: CliContext,
): Promise<Target[]> {
  const byWords = words.length > 0 ? await readMeant(words, connected) : [];
  if (filename === undefined) return byWords;
  const { targetsInFiles } = await import("../manifests/manifest-files.ts");
  return [...byWords, ...(await targetsInFiles({ filename, recursive }, askedNamespace(command), context))];
}
