// What actions print, as a part of the server: taken over gRPC where that is served, read wherever the folder is.
import { join } from "node:path";
import { formatKey, kinds, type MachineEventInput, type Resource, type Workflow } from "@neverland/api";
import type { GrpcMethod } from "@neverland/platform/grpc/grpc-method.ts";
import type { Service } from "@neverland/platform/service.ts";
import { type Clock, formatSeconds } from "@neverland/platform/time/clock.ts";
import { onAbort, unlessAborted } from "@neverland/platform/wait/abort.ts";
import { RegularWork } from "@neverland/platform/wait/regular-work.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { ActionLogReader } from "./action-log-reader.ts";
import { type ActionLogLimits, ActionLogStore } from "./action-log-store.ts";
import { appendLogs } from "./append-logs.ts";
import { type DeletedLimits, DeletedLogs, defaultDeletedLimits } from "./deleted-logs.ts";
import { openLogFolder, takeOverLogs } from "./log-folder.ts";

export type ActionLogsOptions = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  /** The logs are in `action-logs/` of it. */
  readonly dataDir: string;
  readonly gate: Pick<AgentGate, "refusal">;
  readonly limits?: Partial<ActionLogLimits>;
  /** Of workflows that were deleted. */
  readonly deletedLimits?: Partial<DeletedLimits>;
  readonly record: (event: MachineEventInput) => void;
  readonly onError: (failure: { doing: string; error: unknown }) => void;
};

/** How often it is looked for what has been kept long enough. */
const pruneMs = 3_600_000;

export class ActionLogs implements Service {
  readonly #options: ActionLogsOptions;
  readonly #dir: string;
  readonly #logs: ActionLogStore;
  readonly #deleted: DeletedLogs;
  readonly #deletedLimits: DeletedLimits;
  readonly #pruning: RegularWork;
  readonly #abort = new AbortController();
  /** One after the other: a log is not deleted while it is being taken over. */
  #housekeeping: Promise<void> = Promise.resolve();
  #following: Following | undefined;
  /** For Tink Server's listener. */
  readonly methods: readonly GrpcMethod[];
  /** For people, through the resource API. */
  readonly reader: ActionLogReader;

  constructor(options: ActionLogsOptions) {
    this.#options = options;
    const { store, clock, dataDir, limits, deletedLimits, gate, onError } = options;
    this.#dir = join(dataDir, "action-logs");
    this.#logs = new ActionLogStore(this.#dir, clock, limits);
    this.#deletedLimits = { ...defaultDeletedLimits, ...deletedLimits };
    this.#deleted = new DeletedLogs({ dir: this.#dir, clock, logs: this.#logs, limits: this.#deletedLimits });
    const doing = "deleting output that was kept long enough";
    const work = async () => this.#clean(doing, () => this.#deleted.prune());
    this.#pruning = new RegularWork({ clock, everyMs: pruneMs, isIdle: true, doing, work, onError });
    const shared = { workflows: typedStore(store, kinds.Workflow), logs: this.#logs, clock };
    this.methods = [appendLogs({ ...shared, gate })];
    this.reader = new ActionLogReader({ ...shared, deleted: this.#deleted });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await openLogFolder(this.#dir);
    const { store, clock, onError } = this.#options;
    let listed: readonly Resource[] = [];
    const known = new Set<string>();
    this.#following = follow<Workflow>({ store, clock, signal: this.#abort.signal }, kinds.Workflow, {
      onChange: (type, workflow) => {
        if (type !== "deleted") known.add(workflow.metadata.uid);
        else
          this.#clean("keeping the output of a deleted workflow's actions", async () => {
            if (await isThere(workflow, store)) return;
            known.delete(workflow.metadata.uid);
            await this.#keep(workflow);
          });
      },
      onListed: (items) => {
        // What no schema accepts is a workflow too, for who mends it.
        for (const { metadata } of items) known.add(metadata.uid);
        listed = items;
      },
      onError: (error) => onError({ doing: "watching workflows", error }),
    });
    await unlessAborted(this.#following.ready, signal);
    this.#keepHouse(known, listed.some(isStandIn));
    listed = [];
    this.#pruning.start();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    await this.#following?.done;
    await this.#pruning.stop();
    const over = Promise.withResolvers<void>();
    const forget = onAbort(deadline, over.resolve);
    await Promise.race([this.#housekeeping.then(() => this.#logs.close()), over.promise]);
    forget();
  }

  #keepHouse(workflowUIDs: ReadonlySet<string>, isOneUnreadable: boolean): void {
    this.#clean("taking over the output of actions from the folder logs", () =>
      takeOverLogs(join(this.#options.dataDir, "logs"), this.#dir, workflowUIDs),
    );
    this.#clean("deleting the output of workflows that are gone", () =>
      this.#deleted.load(workflowUIDs, isOneUnreadable),
    );
  }

  async #keep(workflow: Workflow): Promise<void> {
    const kept = await this.#deleted.keep(workflow);
    if (kept === undefined) return;
    const { hardwareRef } = workflow.spec ?? {};
    const untilMs = this.#options.clock.nowMs() + this.#deletedLimits.keepMs;
    this.#options.record({
      source: "action-logs",
      type: "WorkflowOutputKept",
      workflow: formatKey(kept),
      ...(hardwareRef && { hardware: hardwareRef }),
      message: `workflow ${kept.name} was deleted; what its actions printed is kept until ${formatSeconds(untilMs)} if there is room: tink logs workflow/${kept.name}`,
    });
  }

  #clean(doing: string, work: () => Promise<void>): void {
    this.#housekeeping = this.#housekeeping.then(work).catch((error) => this.#options.onError({ doing, error }));
  }
}

/** A follower is told `deleted` also of what no schema accepts any more: that can be mended, its output could not. */
async function isThere({ metadata }: Workflow, store: Pick<ResourceStore, "get">): Promise<boolean> {
  const found = await store.get(kinds.Workflow, metadata);
  return found !== undefined && (found.metadata.uid === metadata.uid || isStandIn(found));
}
