// The output of workflows that were deleted: kept for a week and up to a size, and found by the workflow's name.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatKey, type ResourceKey, type Workflow } from "@neverland/api";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import { stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { ActionLogStore } from "./action-log-store.ts";

export type DeletedLimits = {
  readonly keepMs: number;
  /** Of all of them together. */
  readonly mostBytes: number;
  readonly mostWorkflows: number;
};

export const defaultDeletedLimits: DeletedLimits = {
  keepMs: 7 * 86_400_000,
  mostBytes: 256 * 1024 * 1024,
  mostWorkflows: 5000,
};

/** As it stands in the workflow's folder. */
type Note = {
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339. */
  readonly deletedAt: string;
  readonly actions: readonly { readonly id: string; readonly name: string }[];
};

/** What is known of a workflow whose output outlives it. */
export type DeletedWorkflow = Note & { readonly uid: string; readonly bytes: number };

export type DeletedLogsDeps = {
  /** The logs are in a folder of it for each workflow. */
  readonly dir: string;
  readonly clock: Clock;
  readonly logs: Pick<ActionLogStore, "folders" | "sizeOf" | "forget">;
  readonly limits: DeletedLimits;
};

const noteFile = "deleted.json";

export class DeletedLogs {
  readonly #deps: DeletedLogsDeps;
  /** By uid, the one deleted first at the front. */
  readonly #known = new Map<string, DeletedWorkflow>();
  /** The uid of the one deleted last, by `namespace/name`. */
  readonly #newest = new Map<string, string>();
  #bytes = 0;

  constructor(deps: DeletedLogsDeps) {
    this.#deps = deps;
  }

  /** The one of this name that was deleted last. */
  find(key: ResourceKey): DeletedWorkflow | undefined {
    return this.#known.get(this.#newest.get(formatKey(key)) ?? "");
  }

  /**
   * Reads what an earlier process noted, and deletes the logs of all other workflows but these: nobody can say any more whose they were.
   * @param workflowUIDs Those that are there.
   * @param isOneUnreadable Nobody knows which logs are its own, so none is deleted.
   */
  async load(workflowUIDs: ReadonlySet<string>, isOneUnreadable: boolean): Promise<void> {
    const found: DeletedWorkflow[] = [];
    for (const uid of await this.#deps.logs.folders()) {
      if (workflowUIDs.has(uid) || this.#known.has(uid)) continue;
      const note = await readNote(join(this.#deps.dir, uid, noteFile));
      if (note !== undefined)
        found.push({ ...note, uid, bytes: noteBytes(note) + (await this.#deps.logs.sizeOf(uid)) });
      else if (!isOneUnreadable) await this.#deps.logs.forget(uid);
    }
    for (const one of found.toSorted((a, b) => Date.parse(a.deletedAt) - Date.parse(b.deletedAt))) this.#add(one);
    await this.prune();
  }

  /** @returns `undefined` when its actions have printed nothing. */
  async keep({ metadata, status }: Workflow): Promise<DeletedWorkflow | undefined> {
    const { uid, namespace, name } = metadata;
    const bytes = await this.#deps.logs.sizeOf(uid);
    if (bytes === 0) {
      await this.#deps.logs.forget(uid);
      return undefined;
    }
    const actions = stepsOf(status ?? {}).map(({ action }) => ({ id: action.id, name: action.name }));
    const note = { namespace, name, deletedAt: formatTime(this.#deps.clock.nowMs()), actions };
    await writeFile(join(this.#deps.dir, uid, noteFile), JSON.stringify(note), { mode: 0o600 });
    const kept = { ...note, uid, bytes: bytes + noteBytes(note) };
    this.#add(kept);
    await this.prune();
    return kept;
  }

  /** Deletes what is too old, and the oldest of what is too much. */
  async prune(): Promise<void> {
    const { clock, limits, logs } = this.#deps;
    for (const one of this.#known.values()) {
      const ageMs = clock.nowMs() - clock.asOfNowMs(Date.parse(one.deletedAt));
      const isTooMuch = this.#bytes > limits.mostBytes || this.#known.size > limits.mostWorkflows;
      if (!isTooMuch && ageMs <= limits.keepMs) return;
      this.#remove(one);
      await logs.forget(one.uid);
    }
  }

  #add(one: DeletedWorkflow): void {
    this.#known.set(one.uid, one);
    this.#newest.set(formatKey(one), one.uid);
    this.#bytes += one.bytes;
  }

  #remove(one: DeletedWorkflow): void {
    this.#known.delete(one.uid);
    this.#bytes -= one.bytes;
    if (this.#newest.get(formatKey(one)) === one.uid) this.#newest.delete(formatKey(one));
  }
}

/** A workflow of thousands of actions has a note that is longer than what they printed. */
function noteBytes({ namespace, name, deletedAt, actions }: Note): number {
  return Buffer.byteLength(JSON.stringify({ namespace, name, deletedAt, actions }));
}

/** Half a note, left by a server that was killed, is none. */
async function readNote(path: string): Promise<Note | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  try {
    const note: Note = JSON.parse(text);
    return Number.isNaN(Date.parse(note.deletedAt)) || !Array.isArray(note.actions) ? undefined : note;
  } catch {
    return undefined;
  }
}
