// Reads a workflow's output for people: one action's or all actions', from the end or as it comes.
import { isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import { News, pause } from "@neverland/platform/wait/pause.ts";
import { type Step, stepsOf } from "@neverland/workflow-rules/actions-in-order.ts";
import type { LogLine } from "./action-log-file.ts";
import type { ActionLogId, ActionLogStore } from "./action-log-store.ts";
import type { TinkServerDeps } from "./ports.ts";

export type ActionLogQuery = {
  /** The action's name or id; all actions when absent. */
  readonly action?: string;
  /** Goes on until the workflow (or the action asked for) is over. */
  readonly follow?: boolean;
  /** Only the last so many lines of what there is. */
  readonly tailLines?: number;
  readonly signal: AbortSignal;
};

export type ActionLogReaderDeps = Pick<TinkServerDeps, "workflows"> & {
  readonly logs: ActionLogStore;
  readonly clock: Clock;
};

/** How often a follower looks whether the action is over; more lines wake it at once. */
const lookAgainMs = 1000;
const longestTail = 100_000;

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
    yield* await this.#existing(workflow, steps, query, offsets);
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

  async #existing(
    workflow: Workflow,
    steps: readonly Step[],
    query: ActionLogQuery,
    offsets: Map<string, number>,
  ): Promise<string[]> {
    const { tailLines = longestTail, action } = query;
    const most = Math.min(tailLines, longestTail);
    let tail: string[] = [];
    for (const step of steps) {
      let hasHeader = action !== undefined;
      for await (const { lines, nextOffset } of this.#deps.logs.read(idOf(workflow, step))) {
        offsets.set(step.action.id, nextOffset);
        if (!hasHeader) tail.push(header(step));
        hasHeader = true;
        tail.push(...lines.map(textOf));
        tail = most === 0 ? [] : tail.slice(-most);
      }
    }
    return tail;
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
          yield* lines.map(textOf);
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

function textOf({ text }: LogLine): string {
  return `${text}\n`;
}
