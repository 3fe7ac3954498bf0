// What becomes of one object while it is watched: it stays, it is to go, or it has gone, also unseen and with another in its place.
import { type ClientWatchEvent, deletionOf, type Resource } from "@neverland/api";

export type Life<R> =
  | { readonly is: "there"; readonly object: R }
  /** `said` once: what holds it. */
  | { readonly is: "leaving"; readonly object: R; readonly said: string | undefined }
  | { readonly is: "gone"; readonly said: string };

export class ObjectLife<R extends Resource> {
  readonly #subject: string;
  readonly #uid: string;
  #saidLeaving = "";

  /** @param subject As people are told: `workflow node-1`. */
  constructor(subject: string, { metadata }: Pick<Resource, "metadata">) {
    this.#subject = subject;
    this.#uid = metadata.uid;
  }

  /** @returns Undefined for a bookmark. */
  after(event: ClientWatchEvent<R>): Life<R> | undefined {
    if (event.type === "bookmark") return undefined;
    const found = event.type === "synced" ? event.items[0] : event.object;
    if (event.type === "deleted" || found === undefined) return { is: "gone", said: `${this.#subject} was deleted` };
    if (found.metadata.uid !== this.#uid)
      return { is: "gone", said: `${this.#subject} was deleted, and another was made of the same name` };
    const deletion = deletionOf(found);
    if (deletion === undefined) return { is: "there", object: found };
    const said = `${this.#subject} is being deleted, and is held by ${deletion.heldBy.join("; ") || "nothing that it names"}; ${deletion.todo}`;
    const isNew = said !== this.#saidLeaving;
    this.#saidLeaving = said;
    return { is: "leaving", object: found, said: isNew ? said : undefined };
  }
}
