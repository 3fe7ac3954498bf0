// A workflow controller on a store in memory, with everything of the world in the test's hands.
import {
  type ActionReport,
  type Hardware,
  kinds,
  type MachineEventInput,
  type Template,
  type Workflow,
  type WorkflowSpec,
} from "@neverland/api";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { type TypedStore, typedStore } from "@neverland/store/typed-resources.ts";
import { BootContacts } from "@neverland/timeline/boot-contacts.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { listReports, reportName } from "@neverland/workflow-rules/reports/read-reports.ts";
import { action, documentOf, installer, report, startMs } from "@neverland/workflow-rules/testing/examples.ts";
import type { RenderWorkflow } from "@neverland/workflow-rules/written/render-workflow.ts";
import { bmcControllers } from "../bmc/bmc-controllers.ts";
import { hardwareController } from "../hardware-controller.ts";
import type { PowerControl } from "../ports.ts";
import { noPowerControl } from "../workflow/no-power-control.ts";
import { workflowController } from "../workflow/workflow-controller.ts";

export const key = { namespace: "default", name: "install" };
export const machineKey = { namespace: "default", name: "machine" };

export type BenchOptions = {
  power?: PowerControl;
  render?: RenderWorkflow;
  listeningSinceMs?: () => number | undefined;
  /** Whether `handedOut` counts what controllers are given of the store. */
  counted?: boolean;
  /** What is there before. */
  store?: ResourceStore;
};

export class ControllerBench {
  readonly store: ResourceStore;
  readonly clock = new ManualClock(startMs);
  readonly workflows: TypedStore<Workflow>;
  readonly templates: TypedStore<Template>;
  readonly hardware: TypedStore<Hardware>;
  readonly reports: TypedStore<ActionReport>;
  readonly contacts = new BootContacts();
  readonly queues = new AgentQueues();
  readonly events: MachineEventInput[] = [];
  readonly errors: string[] = [];
  handedOut = 0;
  readonly #options: BenchOptions;
  #controller: ControllerRuntime | undefined;
  #seed = 0;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.store = options.store ?? openMemoryStore();
    this.workflows = typedStore(this.store, kinds.Workflow);
    this.templates = typedStore(this.store, kinds.Template);
    this.hardware = typedStore(this.store, kinds.Hardware);
    this.reports = typedStore(this.store, kinds.ActionReport);
  }

  async start({ isWorkflowController = true } = {}): Promise<void> {
    const { store, clock } = this;
    const listeningSinceMs = clock.nowMs();
    const controller = workflowController({
      ...{ clock, queues: this.queues },
      randomBytes: (count) => new Uint8Array(count).map(() => (this.#seed += 1)),
      limits: defaultLimits,
      power: noPowerControl,
      render: () => ({ document: documentOf([installer, action("stream"), action("write")]) }),
      listeningSinceMs: () => listeningSinceMs,
      bootContactMs: (machine) => this.contacts.bootContactMs(machine),
      onBootContact: (listener) => this.contacts.onBootContact(listener),
      record: (event) => this.events.push(event),
      ...this.#options,
    });
    const onError = ({ doing, error }: { doing: string; error: unknown }) =>
      void this.errors.push(`${doing}: ${error}`);
    const given = this.#options.counted ? this.#countedStore() : store;
    const hardware = hardwareController({ clock, record: (event) => void this.events.push(event) });
    this.#controller = new ControllerRuntime(
      [...(isWorkflowController ? [controller] : []), hardware, ...bmcControllers({ clock })],
      {
        store: given,
        clock,
        random: () => 0.5,
        onError,
      },
    );
    await this.#controller.start(AbortSignal.timeout(5000));
  }

  /** Keys that wait for their turn or run. */
  get queued(): number {
    return (
      this.#controller
        ?.queued()
        .values()
        .reduce((sum, each) => sum + each, 0) ?? 0
    );
  }

  #countedStore(): ResourceStore {
    return new Proxy(this.store, {
      get: (store, name) => {
        if (name === "list")
          return async (...request: Parameters<ResourceStore["list"]>) => {
            const list = await store.list(...request);
            this.handedOut += list.items.length;
            return list;
          };
        if (name === "get") this.handedOut += 1;
        const member: unknown = Reflect.get(store, name);
        return typeof member === "function" ? member.bind(store) : member;
      },
    });
  }

  /** As a restart of the server: nothing is kept but the store. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#controller?.stop(AbortSignal.timeout(5000));
  }

  async createTemplate(): Promise<void> {
    await this.templates.create({ metadata: { namespace: "default", name: "debian" }, spec: { data: "" } });
  }

  async createHardware(): Promise<void> {
    const interfaces = [{ dhcp: { mac: installer } }, { netboot: { allowPXE: false, allowWorkflow: true } }];
    await this.hardware.create({ metadata: machineKey, spec: { interfaces } });
  }

  /** As people do it, who read again when a controller has written meanwhile. */
  async changeHardware(change: (machine: Hardware) => Hardware): Promise<void> {
    await waitUntil(async () => {
      const machine = await this.hardware.get(machineKey);
      if (machine === undefined) throw new Error("the test's Hardware is not there");
      return await this.hardware.update(change(machine)).then(
        () => true,
        () => false,
      );
    });
  }

  async createWorkflow(spec: WorkflowSpec = {}, name = key.name): Promise<void> {
    await this.workflows.create({ metadata: { ...key, name }, spec: { templateRef: "debian", ...spec } });
  }

  async reach(isWanted: (workflow: Workflow) => boolean, name = key.name): Promise<Workflow> {
    return await waitFor(this.workflows, { ...key, name }, isWanted);
  }

  /** Resolves when the workflow is not there any more. */
  async gone(name = key.name): Promise<void> {
    await waitUntil(async () => (await this.workflows.get({ ...key, name })) === undefined);
  }

  async reachState(state: string, name = key.name): Promise<Workflow> {
    return await this.reach(({ status }) => status?.state === state, name);
  }

  /** Appends a report as Tink Server does. */
  async report(
    workflow: Workflow,
    index: number,
    state: "RUNNING" | "SUCCESS" | "FAILED" | "TIMEOUT",
    message?: string,
  ): Promise<void> {
    const spec = {
      ...report(workflow.status ?? {}, index, state, this.clock.nowMs() - startMs),
      workflowUID: workflow.metadata.uid,
      workflow: `default/${workflow.metadata.name}`,
      ...(message === undefined ? {} : { message }),
    };
    const known = await listReports(workflow.metadata, this.reports);
    const earlier = known.filter((one) => one.spec?.actionID === spec.actionID && one.spec.state === "RUNNING");
    const name = reportName(spec.actionID, state, state === "RUNNING" ? earlier.length + 1 : 1);
    await this.reports.create({ metadata: { namespace: "default", name }, spec });
  }

  async allowPxe(): Promise<(boolean | null | undefined)[]> {
    const machine = await this.hardware.get(machineKey);
    return (machine?.spec?.interfaces ?? []).map(({ netboot }) => netboot?.allowPXE);
  }
}

/** Looks once in each turn of the event loop. @throws {Error} After 10 s. */
export async function waitUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  while (!(await isSo())) {
    deadline.throwIfAborted();
    await new Promise(setImmediate);
  }
}
