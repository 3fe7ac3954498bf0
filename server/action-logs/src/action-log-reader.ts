// Reads a workflow's output for people: one action's or all actions', from the end or as it comes.
import { isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { News, pause } from "@neverland/platform/wait/pause.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import { stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { ActionLogId, ActionLogStore } from "./action-log-store.ts";
import type { DeletedLogs } from "./deleted-logs.ts";

export type ActionLogQuery = {
  /** The action's name or id; all actions when absent. */
  readonly action?: string;
  /** Goes on until the workflow (or the action asked for) is over. */
  readonly follow?: boolean;
  /** Only the last so many lines of what there is. */
  readonly tailLines?: number;
  /** Of the one of this name that was deleted last, whether there is one again or not. */
  readonly previous?: boolean;
  readonly signal: AbortSignal;
};

export type ActionLogReaderDeps = {
  readonly workflows: Pick<TypedStore<Workflow>, "get">;
  readonly logs: Pick<ActionLogStore, "read" | "onMore">;
  readonly deleted: Pick<DeletedLogs, "find">;
  readonly clock: Clock;
};

/** What is read: a workflow that is there, or one that was deleted. */
type Printed = ResourceKey & { readonly uid: string; readonly actions: readonly PrintedAction[] };
type PrintedAction = { readonly id: string; readonly name: string };

/** How often a follower looks whether the action is over; more lines wake it at once. */
const lookAgainMs = 1000;

/** Holds one part of a file at a time, and reads on when that was taken: a reader that stands still costs nothing more. */
export class ActionLogReader {
  readonly #deps: ActionLogReaderDeps;

  constructor(deps: ActionLogReaderDeps) {
    this.#deps = deps;
  }

  /** Text as it was printed, each string one line with its end. Actions are told apart by a line `==> NAME <==`. */
  async *read(key: ResourceKey, query: ActionLogQuery): AsyncGenerator<string> {
    const printed = await this.#find(key, query);
    if (printed === undefined) return;
    const asked = { ...printed, actions: printed.actions.filter((action) => isAsked(action, query)) };
    const offsets = new Map<string, number>();
    yield* this.#existing(asked, query, offsets);
    if (query.follow !== true) return;
    for (const action of asked.actions) yield* this.#followAction(asked, action, offsets, query);
  }

  /** Whether a workflow of this name was deleted whose output is kept. */
  hasDeleted(key: ResourceKey): boolean {
    return this.#deps.deleted.find(key) !== undefined;
  }

  async #find(key: ResourceKey, query: ActionLogQuery): Promise<Printed | undefined> {
    if (query.previous === true) return this.#deps.deleted.find(key);
    const workflow = query.follow === true ? await this.#started(key, query) : await this.#deps.workflows.get(key);
    if (workflow === undefined) return this.#deps.deleted.find(key);
    const actions = stepsOf(workflow.status ?? {}).map(({ action }) => action);
    return { ...workflow.metadata, actions };
  }

  /** The workflow once it has actions, or is over without. */
  async #started(key: ResourceKey, { signal }: ActionLogQuery): Promise<Workflow | undefined> {
    for (;;) {
      const workflow = await this.#deps.workflows.get(key);
      const status = workflow?.status ?? {};
      if (workflow === undefined || stepsOf(status).length > 0 || isFinalState(status.state) || signal.aborted)
        return workflow;
      await pause(this.#deps.clock, lookAgainMs, signal);
    }
  }

  async *#existing(printed: Printed, query: ActionLogQuery, offsets: Map<string, number>): AsyncGenerator<string> {
    const { tailLines, action, signal } = query;
    // Lines are counted before they are shown, so that not all of them need to be held for the sake of the last few.
    let skip = tailLines === undefined ? 0 : (await this.#countLines(printed, query)) - tailLines;
    for (const each of printed.actions) {
      let hasHeader = action !== undefined;
      for await (const { lines, nextOffset } of this.#deps.logs.read(idOf(printed, each))) {
        if (signal.aborted) return;
        offsets.set(each.id, nextOffset);
        const shown = [...(hasHeader ? [] : [header(each)]), ...lines.map(({ text }) => `${text}\n`)];
        hasHeader = true;
        if (skip < shown.length) yield* shown.slice(Math.max(0, skip));
        skip -= shown.length;
      }
    }
  }

  /** Those that tell actions apart count as well. */
  async #countLines(printed: Printed, { action }: ActionLogQuery): Promise<number> {
    let count = 0;
    for (const each of printed.actions) {
      let own = 0;
      for await (const { lines } of this.#deps.logs.read(idOf(printed, each))) own += lines.length;
      count += own + (own > 0 && action === undefined ? 1 : 0);
    }
    return count;
  }

  async *#followAction(
    printed: Printed,
    action: PrintedAction,
    offsets: Map<string, number>,
    query: ActionLogQuery,
  ): AsyncGenerator<string> {
    const id = idOf(printed, action);
    const more = new News();
    const stopListening = this.#deps.logs.onMore(id, () => more.tell());
    let hasHeader = query.action !== undefined || offsets.has(action.id);
    try {
      for (;;) {
        const over = await this.#isOver(printed, action);
        for await (const { lines, nextOffset } of this.#deps.logs.read(id, offsets.get(action.id))) {
          offsets.set(action.id, nextOffset);
          if (!hasHeader) yield header(action);
          hasHeader = true;
          for (const { text } of lines) yield `${text}\n`;
        }
        if (over || query.signal.aborted) return;
        await more.wait(this.#deps.clock, lookAgainMs, query.signal);
      }
    } finally {
      stopListening();
    }
  }

  async #isOver({ uid, namespace, name }: Printed, { id }: PrintedAction): Promise<boolean> {
    const now = await this.#deps.workflows.get({ namespace, name });
    if (now === undefined || now.metadata.uid !== uid || isFinalState(now.status?.state)) return true;
    const state = stepsOf(now.status ?? {}).find(({ action }) => action.id === id)?.action.state;
    return state !== "PENDING" && state !== "RUNNING";
  }
}

function isAsked({ id, name }: PrintedAction, { action }: ActionLogQuery): boolean {
  return action === undefined || action === name || action === id;
}

function idOf({ uid }: Printed, { id }: PrintedAction): ActionLogId {
  return { workflowUID: uid, actionID: id };
}

function header({ name }: PrintedAction): string {
  return `==> ${name} <==\n`;
}
