// Which objects have a value in one field. Most values belong to one object, so a set is made only for the second.
import type { Resource } from "@neverland/api";
import { type FieldStep, stepsOf, textsAt } from "./selector.ts";

const none: readonly string[] = [];

export class FieldIndex {
  readonly #steps: readonly FieldStep[];
  readonly #ids = new Map<string, string | Set<string>>();

  /** @param path As of KindInfo.indexes: dotted, `[]` after a step that is a list. */
  constructor(path: string) {
    this.#steps = stepsOf(path);
  }

  find(value: string): Iterable<string> {
    const found = this.#ids.get(value);
    if (found === undefined) return [];
    return typeof found === "string" ? [found] : found;
  }

  /** The object `id` was `before` and is `after`; `undefined` where it was not or is not there. */
  replace(id: string, before: Resource | undefined, after: Resource | undefined): void {
    // A write shares with the object before what it left as it was.
    if (before !== undefined && after !== undefined && this.#topOf(before) === this.#topOf(after)) return;
    const old = before === undefined ? none : textsAt(before, this.#steps);
    const now = after === undefined ? none : textsAt(after, this.#steps);
    for (const value of old) if (!now.includes(value)) this.#remove(value, id);
    for (const value of now) if (value !== "") this.#add(value, id);
  }

  #topOf(resource: Resource): unknown {
    return Reflect.get(resource, this.#steps[0]?.name ?? "");
  }

  #add(value: string, id: string): void {
    const found = this.#ids.get(value);
    if (found === undefined) this.#ids.set(value, id);
    else if (typeof found !== "string") found.add(id);
    else if (found !== id) this.#ids.set(value, new Set([found, id]));
  }

  #remove(value: string, id: string): void {
    const found = this.#ids.get(value);
    if (found === id) this.#ids.delete(value);
    else if (found !== undefined && typeof found !== "string") {
      found.delete(id);
      if (found.size === 0) this.#ids.delete(value);
    }
  }
}
