// Says of every Hardware whether its machine is served by it as it stands, and keeps one that is deleted for as long as actions are run on it.
import {
  type ActionReport,
  formatKey,
  type Hardware,
  hardwareDoubts,
  inUseFinalizer,
  isFinalState,
  kinds,
  type MachineEventInput,
  type Workflow,
} from "@neverland/api";
import type { Controller, Outcome } from "@neverland/controller-kit/controller.ts";
import { type Clock, formatSeconds } from "@neverland/platform/time/clock.ts";
import { sameJson } from "@neverland/store/resource-json.ts";
import { type TypedStore, typedStore } from "@neverland/store/typed-resources.ts";
import { listReports } from "@neverland/workflow-rules/reports/read-reports.ts";
import { addressGoal } from "./goal/address-goal.ts";
import { type Goal, withGoal } from "./goal/goal.ts";

type Deps = { readonly clock: Pick<Clock, "nowMs">; readonly record: (event: MachineEventInput) => void };
type Stores = {
  readonly hardware: Pick<TypedStore<Hardware>, "updateStatus">;
  readonly workflows: Pick<TypedStore<Workflow>, "list">;
  readonly reports: Pick<TypedStore<ActionReport>, "list">;
};

/** What is wrong with more of them is told by DHCP, on the machine's timeline. */
const mostDoubts = 8;
/** The end of a workflow brings its Hardware back at once; this is for what was missed. */
const lookAgainMs = 60_000;

export function hardwareController(deps: Deps): Controller<Hardware> {
  return {
    name: "hardware-controller",
    kind: kinds.Hardware,
    watches: [{ kind: kinds.Workflow, affects: (workflow: Workflow, isGone) => whoseIsOver(workflow, isGone) }],
    reads: [kinds.ActionReport],
    writes: [{ kind: kinds.Hardware, part: "status", mode: "exclusive" }],
    // The write path puts it on, at the moment of the deletion: who put it on before knows why.
    finalizer: {
      name: inUseFinalizer,
      isNeeded: ({ metadata }) => metadata.finalizers?.includes(inUseFinalizer) === true,
    },
    begin: (store) => {
      const stores = {
        hardware: typedStore(store, kinds.Hardware),
        workflows: typedStore(store, kinds.Workflow),
        reports: typedStore(store, kinds.ActionReport),
      };
      return {
        reconcile: async (hardware) => {
          const settledVersion = await say(hardware, goalOf(hardware), deps, stores);
          return settledVersion === undefined ? {} : { settledVersion };
        },
        finalize: async (hardware) => await untilUnused(hardware, deps, stores),
      };
    },
  } as Controller<Hardware>;
}

function whoseIsOver({ metadata, spec, status }: Workflow, isGone: boolean) {
  const isOver = isGone || isFinalState(status?.state);
  return isOver && spec?.hardwareRef ? [{ key: formatKey({ ...metadata, name: spec.hardwareRef }) }] : [];
}

async function untilUnused(hardware: Hardware, deps: Deps, stores: Stores): Promise<Outcome> {
  const { namespace, name } = hardware.metadata;
  const fields = [{ key: "spec.hardwareRef", operator: "in", values: [name] }] as const;
  const user = await userOf((await stores.workflows.list({ namespace, fields })).items, stores);
  if (user === undefined) return {};
  const message = `the Hardware is deleted while workflow ${user.metadata.name} runs its actions on the machine: it goes when they have ended; tink workflow cancel ${user.metadata.name} ends them`;
  const isNew = (await say(hardware, { is: "moving", reason: "InUse", message }, deps, stores)) !== undefined;
  const about = { hardware: name, workflow: formatKey(user.metadata) };
  if (isNew) deps.record({ source: "hardware-controller", type: "HardwareHeld", ...about, reason: "InUse", message });
  return { wakeAtMs: deps.clock.nowMs() + lookAgainMs };
}

/** The one whose actions are run on the machine: a worker's word is there before the state says so. */
async function userOf(workflows: readonly Workflow[], { reports }: Stores): Promise<Workflow | undefined> {
  const user = workflows.find(({ status }) => status?.state === "RUNNING" || status?.state === "POST");
  if (user !== undefined) return user;
  for (const each of workflows)
    if (each.status?.state === "PENDING" && (await listReports(each.metadata, reports)).length > 0) return each;
  return undefined;
}

/** @returns The version with it, where that was new. */
async function say(hardware: Hardware, goal: Goal, { clock }: Deps, stores: Stores): Promise<string | undefined> {
  const status = withGoal(hardware.status ?? {}, goal, hardware.metadata.generation, formatSeconds(clock.nowMs()));
  if (sameJson(status, hardware.status)) return undefined;
  return (await stores.hardware.updateStatus({ ...hardware, status })).metadata.resourceVersion;
}

function goalOf(hardware: Hardware): Goal {
  const doubts = hardwareDoubts(hardware).slice(0, mostDoubts);
  return (
    addressGoal(hardware) ??
    (doubts.length > 0
      ? { is: "reached", reason: "ServedInPart", message: doubts.join("; ") }
      : { is: "reached", reason: "Served", message: "the machine is known by its Hardware" })
  );
}
