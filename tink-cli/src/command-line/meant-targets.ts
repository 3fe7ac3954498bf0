// Reads what people type for a resource, and tells a name that stands where a kind is expected.
import { CliError } from "../cli-error.ts";
import type { Connected } from "../connection/connect.ts";
import { namedKinds } from "../machines/missing-object.ts";
import { isKindWord, readTargets, type Target } from "./resource-names.ts";

/** As `readTargets`. @throws {CliError} `usage`; where the first word is no kind, with the object that was probably meant. */
export async function readMeant(
  words: readonly string[],
  { nearNames, namespace }: Pick<Connected, "nearNames" | "namespace">,
): Promise<Target[]> {
  try {
    return readTargets(words);
  } catch (error) {
    const [word = ""] = words;
    const near = /[/,]/.test(word) || isKindWord(word) ? undefined : await nearNames.find(namespace, word, namedKinds);
    if (near === undefined) throw error;
    const text = `There is no resource "${word}"; did you mean ${near.kind.singular}/${near.name}?`;
    throw new CliError("usage", text, { cause: error });
  }
}
