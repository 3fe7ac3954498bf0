// How many values an object may hold: asked of each body before anything works on it, and of each object before it is written.
import { isObject } from "@neverland/api";
import { countLeaves } from "../json.ts";

/** What is kept of every field (its owner, its place in a patch) grows with them: an object is no database. */
export const mostLeaves = 10_000;
/** Of what is no object but is about one: a patch has an operation and a path with each value. */
const mostInList = 3 * mostLeaves;
/** Each field again, by each of those who manage it. */
const mostManaged = 4 * mostLeaves;

/** Whether no object could come of it that may be written; costs no more than counting to the limits. */
export function isTooLargeBody(value: unknown): boolean {
  if (!isObject(value)) return isOver(value, mostInList);
  const { status, metadata, ...rest } = value;
  const { managedFields, ...own } = isObject(metadata) ? metadata : {};
  return (
    isOver({ ...rest, metadata: own }, mostLeaves) || isOver(status, mostLeaves) || isOver(managedFields, mostManaged)
  );
}

export function isOver(value: unknown, limit: number): boolean {
  return countLeaves(value, limit + 1) > limit;
}
