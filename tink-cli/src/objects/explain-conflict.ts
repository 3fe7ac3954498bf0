// An apply that would change what somebody else set, or oneself in another way: which fields, who set them and how, and what to do.
import { ApiError, counted, type KindInfo, type Resource } from "@neverland/api";
import { CliError } from "../cli-error.ts";

type Conflict = {
  readonly kind: KindInfo;
  readonly name: string;
  /** Who applies. */
  readonly manager: string;
  /** The object as it was before, with its owners. */
  readonly live: Resource | undefined;
};

/** @returns What to throw in place of `error`: itself, unless it is about owners of fields. */
export function explainConflict(error: unknown, { kind, name, manager, live }: Conflict): unknown {
  const causes = error instanceof ApiError ? (error.status?.causes ?? []) : [];
  const owned = causes.filter(({ reason }) => reason === "FieldManagerConflict");
  if (owned.length === 0) return error;
  const fieldsOf = Map.groupBy(owned, ({ message = "" }) => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? "");
  const lines = fieldsOf.entries().map(([owner, conflicts]) => {
    const fields = [...new Set(conflicts.map(({ field = "" }) => field))].join(", ");
    return `  ${fields}: set by ${owner === manager ? `"${owner}" itself` : `"${owner}"`}${howSet(live, owner, manager)}`;
  });
  const subject = `${kind.singular}/${name}`;
  const { namespace = "default" } = live?.metadata ?? {};
  const where = namespace === "" || namespace === "default" ? "" : ` -n ${namespace}`;
  const text = [
    `${subject}: Apply failed with ${counted(owned.length, "conflict")}: "${manager}" would change what was set otherwise, so nothing of it was applied:`,
    ...lines,
    `To keep what is there, write it into the file (tink get ${subject}${where} -o yaml shows it), or leave those fields out of the file.`,
    "To make it as the file says: --force-conflicts. tink diff --force-conflicts -f FILE shows before what that changes.",
  ];
  return new CliError("failed", text.join("\n"), { cause: error });
}

/** Of one's own, only what was not applied is in the way. */
function howSet(live: Resource | undefined, owner: string, manager: string): string {
  const entries = live?.metadata.managedFields?.filter((entry) => entry.manager === owner) ?? [];
  const ways = entries.filter(({ operation }) => owner !== manager || operation !== "Apply");
  return ways
    .map(({ operation, time }) => {
      const how = operation === "Apply" ? " with apply" : " with an edit, a patch or a replace";
      return time === undefined ? how : `${how} at ${time}`;
    })
    .join(", and");
}
