// What is to go and is still there: what holds it, in words for people.
import type { Resource } from "../resource.ts";

/** Those that Neverland and Kubernetes put on objects themselves. */
const holders: ReadonlyMap<string, string> = new Map([
  [
    "metal.neverland.dev/take-back",
    "the workflow controller takes back what it lent the machine, and has its running action stopped",
  ],
  ["metal.neverland.dev/in-use", "a workflow runs actions on the machine"],
  ["foregroundDeletion", "what it owns goes first"],
  ["orphan", "what it owns is let go of first"],
]);

export type Deletion = {
  /** RFC 3339. */
  readonly since: string;
  /** `finalizer metal.neverland.dev/take-back: the workflow controller …`, one for each that holds it. */
  readonly heldBy: readonly string[];
  /** What to do when it stays so: a sentence without its full stop. */
  readonly todo: string;
};

/** @returns Undefined for what is not to go. */
export function deletionOf({ metadata }: Pick<Resource, "metadata">): Deletion | undefined {
  if (!metadata.deletionTimestamp) return undefined;
  const finalizers = metadata.finalizers ?? [];
  const foreign = finalizers.filter((name) => !holders.has(name));
  const todo =
    foreign.length === 0
      ? "if it stays so, see that tink up runs with its controllers: its log says what they could not do"
      : `whoever put ${foreign.join(" and ")} on it is to take it off; see metadata.finalizers in tink get -o yaml`;
  const heldBy = finalizers.map(
    (name) => `finalizer ${name}: ${holders.get(name) ?? "whoever put it there is not done with it"}`,
  );
  return { since: metadata.deletionTimestamp, heldBy, todo };
}
