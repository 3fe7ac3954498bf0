// Where our worker asks, while it runs an action, whether that is to stop.
import { isFinalState, parseKey, type Workflow, whyStop } from "@neverland/api";
import { findStep, isSameAgent } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { AgentCaller, AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { AgentWaiters, type Leaver } from "./agents/agent-waiters.ts";
import type { TinkServerDeps } from "./ports.ts";
import { TinkError } from "./tink-error.ts";

type Deps = Pick<TinkServerDeps, "clock" | "workflows" | "turns"> & {
  readonly gate: Pick<AgentGate, "refusal">;
  readonly waitMs: number;
};

export type RunningAction = {
  /** `namespace/name`. */
  readonly workflow: string;
  readonly actionID: string;
  readonly agentID: string;
  readonly caller: AgentCaller & Leaver;
};

export class StopDesk {
  readonly #deps: Deps;
  readonly #waiters = new AgentWaiters();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Something of the workers' workflows is otherwise. */
  wake(agents: ReadonlySet<string>): void {
    for (const agent of agents) this.#waiters.wake(agent);
  }

  close(): void {
    this.#waiters.close();
  }

  /**
   * Says nothing of another worker's action: it is answered as one that is not there.
   * @returns Why the action is to stop, as soon as it is; `undefined` when it may go on for now. @throws {TinkError}
   */
  async awaitStop({ workflow: id, actionID, agentID, caller }: RunningAction): Promise<string | undefined> {
    const { clock, gate, workflows, turns, waitMs } = this.#deps;
    const key = parseKey(id);
    if (key === undefined) throw new TinkError("invalid", "invalid workflow id");
    const untilMs = clock.nowMs() + waitMs;
    const waiter = this.#waiters.enter(agentID);
    try {
      for (;;) {
        waiter.look();
        const workflow = await workflows.get(key);
        const step = findStep(workflow?.status ?? {}, actionID);
        const own = step !== undefined && isSameAgent(step.task.agentID, agentID) ? workflow : undefined;
        const refusal = gate.refusal(agentID, caller, own);
        if (refusal !== undefined) throw new TinkError("forbidden", refusal);
        const why = whyEnded(own);
        if (why !== undefined) return why;
        if ((await waiter.next(clock, untilMs - clock.nowMs(), caller)) !== "changed") return undefined;
        await turns.next();
      }
    } finally {
      this.#waiters.leave(waiter);
    }
  }
}

/** One that was given up, or begun again, has no use for what its worker still does. */
function whyEnded(workflow: Workflow | undefined): string | undefined {
  if (workflow === undefined) return "the workflow was deleted or begun again";
  return whyStop(workflow) ?? (isFinalState(workflow.status?.state) ? "the workflow is over" : undefined);
}
