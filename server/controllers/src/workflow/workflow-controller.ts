// Brings every Workflow forward whenever something it depends on changes, or its time has come.
import { formatKey, type Hardware, kinds, parseKey, type Resource, type Template, type Workflow } from "@neverland/api";
import { defaultControllerLimits } from "@neverland/controller-kit/controller.ts";
import { WorkQueue } from "@neverland/controller-kit/work-queue.ts";
import type { Service } from "@neverland/platform/service.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { forbidNetboot } from "./netboot-permission.ts";
import { hardwareKey } from "./prepare-machine.ts";
import { reconcileWorkflow } from "./reconcile-workflow.ts";

export type WorkflowControllerOptions = Omit<
  WorkflowControllerDeps,
  "workflows" | "templates" | "hardware" | "reports" | "listeningSinceMs"
> & {
  readonly store: ResourceStore;
  readonly random: () => number;
  /** A failure that is tried again, or a store that does not answer: for the log. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs: number }) => void;
};

/** Everything is looked at again this often, should anything have been missed. */
const resyncMs = 300_000;

export class WorkflowController implements Service {
  readonly #options: WorkflowControllerOptions;
  readonly #deps: WorkflowControllerDeps;
  readonly #queue: WorkQueue;
  readonly #abort = new AbortController();
  /** Which Template and Hardware the workflows name, for finding those that a change concerns. */
  readonly #known = new Map<string, { template: string; hardware: string }>();
  readonly #cleanUps = new Set<Promise<void>>();
  #followings: Following[] = [];
  #cancelResync = () => {};

  constructor(options: WorkflowControllerOptions) {
    const { store, clock, random, onError } = options;
    this.#options = options;
    this.#deps = {
      ...options,
      listeningSinceMs: clock.nowMs(),
      workflows: typedStore(store, kinds.Workflow),
      templates: typedStore(store, kinds.Template),
      hardware: typedStore(store, kinds.Hardware),
      reports: typedStore(store, kinds.ActionReport),
    };
    this.#queue = new WorkQueue(
      {
        clock,
        random,
        run: async (key, signal) => await this.#reconcile(key, signal),
        onError: ({ key, error, retryInMs }) =>
          onError({ doing: `bringing workflow ${key} forward`, error, retryInMs }),
      },
      defaultControllerLimits,
    );
  }

  /** Ready when every workflow there is was queued, so that all deadlines are armed again. */
  async start(signal: AbortSignal): Promise<void> {
    this.#followings = [
      this.#followWorkflows(),
      this.#followReports(),
      this.#followTemplates(),
      this.#followHardware(),
    ];
    this.#resyncLater();
    await unlessAborted(Promise.all(this.#followings.map(({ ready }) => ready)), signal);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#cancelResync();
    this.#abort.abort();
    await this.#queue.stop(deadline);
    await Promise.all([...this.#followings.map(({ done }) => done), ...this.#cleanUps]);
  }

  async #reconcile(key: string, signal: AbortSignal) {
    const parsed = parseKey(key);
    return parsed === undefined ? {} : await reconcileWorkflow(parsed, this.#deps, signal);
  }

  #resyncLater(): void {
    this.#cancelResync = this.#options.clock.after(resyncMs, () => {
      for (const key of this.#known.keys()) this.#queue.add(key);
      this.#resyncLater();
    });
  }

  #followWorkflows(): Following {
    return this.#follow<Workflow>(kinds.Workflow, (workflow, deleted) => {
      const key = formatKey(workflow.metadata);
      if (deleted) {
        this.#known.delete(key);
        this.#forgetDeleted(workflow);
        return;
      }
      const { templateRef = "", hardwareRef = "" } = workflow.spec ?? {};
      const inNamespace = (name: string) => formatKey({ namespace: workflow.metadata.namespace, name });
      this.#known.set(key, { template: inNamespace(templateRef), hardware: inNamespace(hardwareRef) });
      this.#queue.add(key);
    });
  }

  #followReports(): Following {
    return this.#follow(kinds.ActionReport, ({ spec }: Resource<{ workflow: string }>) => {
      if (spec !== undefined && this.#known.has(spec.workflow)) this.#queue.add(spec.workflow);
    });
  }

  #followTemplates(): Following {
    return this.#follow<Template>(kinds.Template, ({ metadata }) => {
      const key = formatKey(metadata);
      for (const [workflow, { template }] of this.#known) if (template === key) this.#queue.add(workflow);
    });
  }

  #followHardware(): Following {
    return this.#follow<Hardware>(kinds.Hardware, ({ metadata }) => {
      const key = formatKey(metadata);
      for (const [workflow, { hardware }] of this.#known) if (hardware === key) this.#queue.add(workflow);
    });
  }

  /** Takes back what a workflow that was deleted before its end had asked for; its status is gone, so this is tried once. */
  #forgetDeleted(workflow: Workflow): void {
    const { toggledTrue, toggledFalse } = workflow.status?.bootOptions?.allowNetboot ?? {};
    const key = hardwareKey(workflow);
    if (toggledTrue !== true || toggledFalse === true || key === undefined) return;
    const doing = `taking back the netboot permission of ${key.name} after workflow ${workflow.metadata.name} was deleted`;
    const cleanUp: Promise<void> = forbidNetboot(key, workflow.metadata.uid, this.#deps)
      .then(() => undefined)
      .catch((error: unknown) => this.#options.onError({ doing, error, retryInMs: 0 }))
      .finally(() => this.#cleanUps.delete(cleanUp));
    this.#cleanUps.add(cleanUp);
  }

  #follow<R extends Resource>(
    kind: (typeof kinds)[keyof typeof kinds],
    changed: (object: R, deleted: boolean) => void,
  ): Following {
    const { store, clock, onError } = this.#options;
    return follow<R>({ store, clock, signal: this.#abort.signal }, kind, {
      onList: (items) => {
        for (const item of items) changed(item, false);
      },
      onChange: (type, object) => changed(object, type === "deleted"),
      onError: (error, retryInMs) => onError({ doing: `watching ${kind.plural}`, error, retryInMs }),
    });
  }
}
