// Where an object stands that is not as it was awaited: for whoever waited for it in vain.
import type { Resource } from "@neverland/api";
import { isObject, member } from "@neverland/api/json-value";

/** More of one object is no help. */
const mostTypes = 12;

type Condition = Readonly<Record<string, unknown>>;

/** `its state is RUNNING (ActionRunning: runs action "stream")`, from the state that it shows and its condition Ready; or nothing. */
export function stateText(object: Resource): string {
  const state = member(object.status, "state") ?? member(object, "state");
  const why = whyText(conditionsOf(object).find(({ type }) => type === "Ready") ?? Object(object));
  if (typeof state !== "string") return why === "" ? "" : `it is not ready${why}`;
  return `its state is ${state || "not set"}${why}`;
}

/** What is said of a condition, or that nothing is, with the types that something is said of. */
export function conditionText(object: Resource, name: string): string {
  const conditions = conditionsOf(object);
  const found = conditions.find(({ type }) => String(type).toLowerCase() === name.toLowerCase());
  if (found !== undefined) return `${found.type} is ${found.status}${whyText(found)}`;
  const types = conditions.map(({ type }) => String(type)).slice(0, mostTypes);
  return `it has no condition ${name}${types.length === 0 ? ", nor any other" : `; it has ${types.join(", ")}`}`;
}

function conditionsOf({ status }: Resource): Condition[] {
  return [member(status, "conditions")].flat().filter(isObject);
}

function whyText({ reason, message }: Condition): string {
  const words = [reason, message].filter((text) => typeof text === "string" && text !== "");
  return words.length === 0 ? "" : ` (${words.join(": ")})`;
}
