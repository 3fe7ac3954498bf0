// What an operand can be: kinds, and the names of a kind's objects at the server that the command line names.
import { type KindNames, kindNames } from "@neverland/api/kind-names";
import { readKind } from "../command-line/resource-names.ts";
import { clientsOf } from "../connection/connect.ts";
import { findConnection } from "../connection/connection.ts";
import type { CliContext } from "../context.ts";

/** Whoever pressed Tab waits: a server that has not answered by then has no names to offer. */
const namesTimeoutMs = 2000;
/** More would not fit a screen. */
const mostNames = 500;

/**
 * @param argument The operand's name in the command's usage, by which its kind is known.
 * @param options Those that were typed, by the names that commander gives them.
 * @returns Whole words; none where the operand is no object.
 */
export async function objectsFor(
  argument: string,
  operands: readonly string[],
  word: string,
  options: ReadonlyMap<string, string>,
  context: CliContext,
): Promise<string[]> {
  const kind = kindOf(argument, operands, word);
  if (kind === "any") return Object.values<KindNames>(kindNames).map(({ plural }) => plural);
  if (kind === undefined) return [];
  const prefix = word.includes("/") ? word.slice(0, word.indexOf("/") + 1) : "";
  return (await namesOf(kind, options, context)).map((name) => `${prefix}${name}`);
}

/** `any` when the kind itself is to be typed. */
function kindOf(argument: string, operands: readonly string[], word: string): KindNames | "any" | undefined {
  switch (argument) {
    case "workflow":
      return kindNames.Workflow;
    case "machine":
      return kindNames.Hardware;
    case "resource": {
      const [kind] = (word.includes("/") ? word : (operands[0] ?? "")).split("/");
      if (!kind) return "any";
      // KIND/NAME goes on with KIND/NAME only.
      return operands[0]?.includes("/") && !word.includes("/") ? undefined : knownKind(kind);
    }
    default:
      return undefined;
  }
}

function knownKind(text: string): KindNames | undefined {
  try {
    return readKind(text);
  } catch {
    return undefined;
  }
}

/** No server, or one that refuses us, is no reason to disturb who is typing. */
async function namesOf(
  kind: KindNames,
  options: ReadonlyMap<string, string>,
  { env, isRoot, signal }: CliContext,
): Promise<string[]> {
  const [server, token, dataDir] = [options.get("server"), options.get("token"), options.get("dataDir")];
  const [tokenFile, certificateAuthority] = [options.get("tokenFile"), options.get("certificateAuthority")];
  const query = { namespace: options.get("namespace") ?? "default", limit: mostNames };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(namesTimeoutMs)]);
  try {
    const connection = await findConnection({ server, token, tokenFile, certificateAuthority, dataDir }, env, isRoot);
    const { items } = await clientsOf(connection)(kind).list({ ...query, signal: deadline });
    return items.map(({ metadata }) => metadata.name);
  } catch {
    return [];
  }
}
