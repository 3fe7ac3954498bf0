// A workflow controller on a store in memory, with everything of the world in the test's hands.
import { kinds, type MachineEventInput, type Workflow, type WorkflowSpec } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { readStarts, reportName } from "@neverland/workflow-rules/read-reports.ts";
import { action, documentOf, installer, report, startMs } from "@neverland/workflow-rules/testing/examples.ts";
import type { PowerControl, RenderWorkflow } from "../ports.ts";
import { noPowerControl } from "../workflow/no-power-control.ts";
import { WorkflowController } from "../workflow/workflow-controller.ts";

export const key = { namespace: "default", name: "install" };
export const machineKey = { namespace: "default", name: "machine" };

export type BenchOptions = {
  power?: PowerControl;
  render?: RenderWorkflow;
  bootContactMs?: () => number | undefined;
};

export class ControllerBench {
  readonly store = openMemoryStore();
  readonly clock = new ManualClock(startMs);
  readonly workflows = typedStore(this.store, kinds.Workflow);
  readonly templates = typedStore(this.store, kinds.Template);
  readonly hardware = typedStore(this.store, kinds.Hardware);
  readonly reports = typedStore(this.store, kinds.ActionReport);
  readonly events: MachineEventInput[] = [];
  readonly errors: string[] = [];
  readonly #options: BenchOptions;
  #controller: WorkflowController | undefined;
  #seed = 0;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, clock } = this;
    this.#controller = new WorkflowController({
      store,
      clock,
      random: () => 0.5,
      randomBytes: (count) => new Uint8Array(count).map(() => (this.#seed += 1)),
      limits: defaultLimits,
      power: noPowerControl,
      render: () => ({ document: documentOf([installer, action("stream"), action("write")]) }),
      bootContactMs: () => undefined,
      record: (event) => this.events.push(event),
      onError: ({ doing, error }) => this.errors.push(`${doing}: ${error}`),
      ...this.#options,
    });
    await this.#controller.start(AbortSignal.timeout(5000));
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

  async createWorkflow(spec: WorkflowSpec = {}, name = key.name): Promise<void> {
    await this.workflows.create({ metadata: { ...key, name }, spec: { templateRef: "debian", ...spec } });
  }

  async reach(isWanted: (workflow: Workflow) => boolean, name = key.name): Promise<Workflow> {
    return await waitFor(this.workflows, { ...key, name }, isWanted);
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
    const starts = state === "RUNNING" ? (await readStarts("default", spec.actionID, this.reports)).length : 0;
    const name = reportName(spec.actionID, state, starts + 1);
    await this.reports.create({ metadata: { namespace: "default", name }, spec });
  }

  async allowPxe(): Promise<(boolean | null | undefined)[]> {
    const machine = await this.hardware.get(machineKey);
    return (machine?.spec?.interfaces ?? []).map(({ netboot }) => netboot?.allowPXE);
  }
}
