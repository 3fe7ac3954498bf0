// Reads a workflow's output for people: one action's or all actions', from the end or as it comes.
import { isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { News, pause } from "@neverland/platform/wait/pause.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import { type Step, stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { ActionLogId, ActionLogStore } from "./action-log-store.ts";

export type ActionLogQuery = {
  /** The action's name or id; all actions when absent. */
  readonly action?: string;
  /** Goes on until the workflow (or the action asked for) is over. */
  readonly follow?: boolean;
  /** Only the last so many lines of what there is. */
  readonly tailLines?: number;
  readonly signal: AbortSignal;
};

export type ActionLogReaderDeps = {
  readonly workflows: Pick<TypedStore<Workflow>, "get">;
  readonly logs: Pick<ActionLogStore, "read" | "onMore">;
  readonly clock: Clock;
};

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
    const workflow = query.follow === true ? await this.#started(key, query) : await this.#deps.workflows.get(key);
    if (workflow === undefined) return;
    const steps = stepsOf(workflow.status ?? {}).filter(({ action }) => isAsked(action, query));
    const offsets = new Map<string, number>();
    yield* this.#existing(workflow, steps, query, offsets);
    if (query.follow !== true) return;
    for (const step of steps) yield* this.#followStep(workflow, step, offsets, query);
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

  async *#existing(
    workflow: Workflow,
    steps: readonly Step[],
    query: ActionLogQuery,
    offsets: Map<string, number>,
  ): AsyncGenerator<string> {
    const { tailLines, action, signal } = query;
    // Lines are counted before they are shown, so that not all of them need to be held for the sake of the last few.
    let skip = tailLines === undefined ? 0 : (await this.#countLines(workflow, steps, query)) - tailLines;
    for (const step of steps) {
      let hasHeader = action !== undefined;
      for await (const { lines, nextOffset } of this.#deps.logs.read(idOf(workflow, step))) {
        if (signal.aborted) return;
        offsets.set(step.action.id, nextOffset);
        const shown = [...(hasHeader ? [] : [header(step)]), ...lines.map(({ text }) => `${text}\n`)];
        hasHeader = true;
        if (skip < shown.length) yield* shown.slice(Math.max(0, skip));
        skip -= shown.length;
      }
    }
  }

  /** Those that tell actions apart count as well. */
  async #countLines(workflow: Workflow, steps: readonly Step[], { action }: ActionLogQuery): Promise<number> {
    let count = 0;
    for (const step of steps) {
      let own = 0;
      for await (const { lines } of this.#deps.logs.read(idOf(workflow, step))) own += lines.length;
      count += own + (own > 0 && action === undefined ? 1 : 0);
    }
    return count;
  }

  async *#followStep(
    workflow: Workflow,
    step: Step,
    offsets: Map<string, number>,
    query: ActionLogQuery,
  ): AsyncGenerator<string> {
    const id = idOf(workflow, step);
    const more = new News();
    const stopListening = this.#deps.logs.onMore(id, () => more.tell());
    let hasHeader = query.action !== undefined || offsets.has(step.action.id);
    try {
      for (;;) {
        const over = await this.#isOver(workflow, step);
        for await (const { lines, nextOffset } of this.#deps.logs.read(id, offsets.get(step.action.id))) {
          offsets.set(step.action.id, nextOffset);
          if (!hasHeader) yield header(step);
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

  async #isOver({ metadata }: Workflow, step: Step): Promise<boolean> {
    const now = await this.#deps.workflows.get(metadata);
    if (now === undefined || now.metadata.uid !== metadata.uid || isFinalState(now.status?.state)) return true;
    const state = stepsOf(now.status ?? {}).find(({ action }) => action.id === step.action.id)?.action.state;
    return state !== "PENDING" && state !== "RUNNING";
  }
}

function isAsked({ id, name }: Step["action"], { action }: ActionLogQuery): boolean {
  return action === undefined || action === name || action === id;
}

function idOf({ metadata }: Workflow, { action }: Step): ActionLogId {
  return { workflowUID: metadata.uid, actionID: action.id };
}

function header({ action }: Step): string {
  return `==> ${action.name} <==\n`;
}
