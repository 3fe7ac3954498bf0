// The demo's story: describe the machine, power it on, and follow it from the first packet to a login.
import { join } from "node:path";
import { goalConditionTypes, isFinalState, kinds, type MachineEventInput, type Workflow } from "@neverland/api";
import { type LabMachine, type SshTarget, waitForSsh } from "@neverland/lab";
import { CliError } from "../cli-error.ts";
import type { Clients } from "../connection/connect.ts";
import { readManifests } from "../manifests/manifest-files.ts";
import type { Progress } from "../output/progress.ts";
import { type DemoFacts, demoHardware, demoMachine, demoWorkflow } from "./demo-machine.ts";

export type InstallDeps = {
  readonly clients: Clients;
  readonly machine: LabMachine;
  readonly ssh: SshTarget;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
};

export type Installed = {
  readonly poweredOnMs: number;
  readonly loggedInMs: number;
  readonly hostname: string;
  readonly kernel: string;
  /** Of the root file system, which the installed system grows, and of the disk that it is on. */
  readonly rootBytes: number;
  readonly diskBytes: number;
};

/** Whole installs under emulation take a minute or two; what takes this long has failed. */
const workflowTimeoutMs = 10 * 60_000;
const sshTimeoutMs = 10 * 60_000;
/** A line each. */
const askedAtLogin = "hostname; uname -r; df --block-size=1 --output=size / | tail -n 1; lsblk -bdno SIZE /dev/vda";
const examples = join(import.meta.dirname, "../../../examples");

/** @throws {CliError} `failed` with what the workflow says. @throws {LabError} `timeout` when nobody lets us in. */
export async function install(facts: DemoFacts, deps: InstallDeps): Promise<Installed> {
  const { clients, machine, progress, signal, nowMs } = deps;
  await describeToServer(facts, clients);
  progress.step("Powering on a machine with an empty disk");
  const poweredOnMs = nowMs();
  await record(
    clients,
    { source: "lab", type: "PoweredOn", message: `${demoMachine.name} was powered on` },
    poweredOnMs,
  );
  await machine.powerOn(signal);
  const narration = new AbortController();
  const narrated = narrate(clients, progress, AbortSignal.any([signal, narration.signal]));
  try {
    await workflowEnd(clients, AbortSignal.any([signal, AbortSignal.timeout(workflowTimeoutMs)]));
    progress.waiting("the operating system on its disk starts; waiting until SSH lets us in");
    const stdout = await waitForSsh(deps.ssh, askedAtLogin, { signal, timeoutMs: sshTimeoutMs });
    const loggedInMs = nowMs();
    await record(
      clients,
      { source: "demo", type: "SshReady", message: `${deps.ssh.user} logged in by SSH` },
      loggedInMs,
    );
    const [hostname = "", kernel = "", root, disk] = stdout.trim().split("\n");
    return { poweredOnMs, loggedInMs, hostname, kernel, rootBytes: Number(root), diskBytes: Number(disk) };
  } finally {
    narration.abort();
    await narrated;
  }
}

/** The machine, the template of `examples/EXAMPLE`, and the workflow that joins them. */
export async function describeToServer(facts: DemoFacts, clients: Clients, example = "debian"): Promise<void> {
  for (const { kind, resource } of await readManifests([join(examples, example, "template.yaml")])) {
    const { name = "", namespace = "default" } = resource.metadata;
    await clients(kind).apply({ spec: resource.spec, metadata: { name, namespace } });
  }
  await clients(kinds.Hardware).apply(demoHardware(facts));
  await clients(kinds.Workflow).apply(demoWorkflow(facts, example));
}

/** The lab's own facts go to the machine's timeline like everyone else's. */
async function record(clients: Clients, event: MachineEventInput, atMs: number): Promise<void> {
  const { name, mac } = demoMachine;
  const spec = { ...event, hardware: name, mac, time: new Date(atMs).toISOString() };
  await clients(kinds.MachineEvent).create({ metadata: { generateName: `${name}-`, namespace: "default" }, spec });
}

/** @throws {CliError} `failed` when it ended badly, with the reason of the action that did it. */
async function workflowEnd(clients: Clients, signal: AbortSignal): Promise<void> {
  const key = demoWorkflowKey;
  const workflow = await clients(kinds.Workflow).waitFor(key, (seen) => isFinalState(seen?.status?.state), signal);
  if (workflow?.status?.state !== "SUCCESS")
    throw new CliError("failed", `The workflow did not succeed: ${reasonOf(workflow)}`);
}

export const demoWorkflowKey = { namespace: "default", name: `${demoMachine.name}-debian` };

function reasonOf(workflow: Workflow | undefined): string {
  const { state = "deleted", tasks, conditions } = workflow?.status ?? {};
  const actions = (tasks ?? []).flatMap((task) => task.actions);
  const failed = actions.find((action) => action.state === "FAILED" || action.state === "TIMEOUT");
  if (failed !== undefined) return `${state}: action ${failed.name}: ${failed.message ?? "no reason was given"}`;
  return `${state}: ${(conditions ?? []).flatMap(({ type, message = "" }) => (goalConditionTypes.has(type) ? [] : message || [])).join("; ")}`;
}

/** Shows what happens to the machine while we wait for it; refusals are for `tink explain`. */
async function narrate(clients: Clients, progress: Progress, signal: AbortSignal): Promise<void> {
  const { resourceVersion } = await clients(kinds.MachineEvent).list({ namespace: "default" });
  try {
    for await (const event of clients(kinds.MachineEvent).watch({ namespace: "default", resourceVersion, signal })) {
      if (event.type === "added" && event.object.spec?.reason === undefined)
        progress.step(event.object.spec?.message ?? "");
    }
  } catch (error) {
    progress.step(`(what happens can no longer be shown: ${error instanceof Error ? error.message : error})`);
  }
}
