// What actions print, as a part of the server: taken over gRPC where that is served, read wherever the folder is.
import { join } from "node:path";
import { kinds, type Resource, type Workflow } from "@neverland/api";
import type { GrpcMethod } from "@neverland/platform/grpc/grpc-method.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { onAbort, unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { ActionLogReader } from "./action-log-reader.ts";
import { type ActionLogLimits, ActionLogStore } from "./action-log-store.ts";
import { appendLogs } from "./append-logs.ts";
import { openLogFolder, takeOverLogs } from "./log-folder.ts";

export type ActionLogsOptions = {
  readonly store: ResourceStore;
  readonly clock: Clock;
  /** The logs are in `action-logs/` of it. */
  readonly dataDir: string;
  readonly gate: Pick<AgentGate, "refusal">;
  readonly limits?: Partial<ActionLogLimits>;
  readonly onError: (failure: { doing: string; error: unknown }) => void;
};

export class ActionLogs implements Service {
  readonly #options: ActionLogsOptions;
  readonly #dir: string;
  readonly #logs: ActionLogStore;
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
    const { store, clock, dataDir, limits, gate } = options;
    this.#dir = join(dataDir, "action-logs");
    this.#logs = new ActionLogStore(this.#dir, clock, limits);
    const shared = { workflows: typedStore(store, kinds.Workflow), logs: this.#logs, clock };
    this.methods = [appendLogs({ ...shared, gate })];
    this.reader = new ActionLogReader(shared);
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
          this.#clean("deleting the output of a workflow's actions", async () => {
            if (await isThere(workflow, store)) return;
            known.delete(workflow.metadata.uid);
            await this.#logs.forget(workflow.metadata.uid);
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
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    await this.#following?.done;
    const over = Promise.withResolvers<void>();
    const forget = onAbort(deadline, over.resolve);
    await Promise.race([this.#housekeeping.then(() => this.#logs.close()), over.promise]);
    forget();
  }

  /** Logs live as long as their workflow. While one cannot be read, nobody knows which logs are its own: none is deleted. */
  #keepHouse(workflowUIDs: ReadonlySet<string>, isOneUnreadable: boolean): void {
    this.#clean("taking over the output of actions from the folder logs", () =>
      takeOverLogs(join(this.#options.dataDir, "logs"), this.#dir, workflowUIDs),
    );
    if (isOneUnreadable) return;
    this.#clean("deleting the output of workflows that are gone", () => this.#logs.keepOnly(workflowUIDs));
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
