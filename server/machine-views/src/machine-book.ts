// All Hardware and Workflows by what joins them: whose workflow is whose, and who claims what another has.
import {
  agentKey,
  attributesAnnotation,
  fieldSteps,
  fieldsAt,
  formatKey,
  type Hardware,
  kinds,
  type ResourceKey,
  type RivalClaim,
  serialOf,
  type Workflow,
} from "@neverland/api";
import { Holders } from "@neverland/platform/collections/holders.ts";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import { sameJson } from "@neverland/store/resource-json.ts";

/** One Hardware that is stored, whether a schema accepts it or not. */
export type Machine = {
  readonly hardware: Hardware;
  readonly isFaulty: boolean;
  /** Lower case with colons. */
  readonly macs: readonly string[];
  readonly claims: readonly Claim[];
  /** Costs a look at all that its worker found in it, once. */
  readonly serial: () => string | undefined;
};

type Claim = { readonly path: string; readonly value: string };

/** Of a mistake that very many records share, so many are named. */
const mostRivals = 4;
const mostFields = 64;

export class MachineBook {
  readonly #machines = new KeyMap<Machine>();
  readonly #claimers = new Holders<Machine>();
  readonly #workflows = new KeyMap<Workflow>();
  /** By `namespace/name` of their Hardware, and by `agent ID` of their workers. */
  readonly #joined = new Map<string, Set<ResourceKey>>();
  readonly #joints = new KeyMap<{ readonly key: ResourceKey; readonly joints: readonly string[] }>();

  get(key: ResourceKey): Machine | undefined {
    return this.#machines.get(key);
  }

  /** @param mac Lower case with colons. */
  byMac(mac: string): Machine | undefined {
    return this.#claimers.first(claimText({ path: macPath, value: mac }), 1)[0];
  }

  /** @returns All whose view may be another one now. */
  put(hardware: Hardware, isFaulty: boolean): Machine[] {
    const known = this.#machines.get(hardware.metadata);
    // Its status is written at each change of it, and no view shows that.
    if (known !== undefined && known.isFaulty === isFaulty && isShownAlike(known.hardware, hardware)) return [];
    const others = this.remove(hardware.metadata).filter(
      ({ hardware: { metadata } }) => !isSame(metadata, hardware.metadata),
    );
    const claims = claimsOf(hardware);
    const macs = claims.filter(({ path }) => path === macPath).map(({ value }) => value);
    const machine = { hardware, isFaulty, macs, claims, serial: onceFor(hardware) };
    const rivals = this.#soleClaimers(claims);
    this.#machines.set(hardware.metadata, machine);
    for (const claim of claims) this.#claimers.add(claimText(claim), machine);
    return [machine, ...others, ...rivals];
  }

  /** @returns It, and those that it leaves as the only one with something. */
  remove(key: ResourceKey): Machine[] {
    const machine = this.#machines.delete(key);
    if (machine === undefined) return [];
    for (const claim of machine.claims) this.#claimers.delete(claimText(claim), machine);
    return [machine, ...this.#soleClaimers(machine.claims)];
  }

  rivalsOf({ hardware, claims }: Machine): RivalClaim[] {
    return claims.flatMap(({ path, value }) => {
      const found = this.#claimers.first(claimText({ path, value }), mostRivals);
      if (found.length < 2) return [];
      const own = formatKey(hardware.metadata);
      const others = found.map((each) => formatKey(each.hardware.metadata)).filter((name) => name !== own);
      return { path, value, names: [own, ...others] };
    });
  }

  /** @returns Machines, and MACs of none, whose view may be another one now. */
  putWorkflow(workflow: Workflow): { machines: Machine[]; macs: string[] } {
    const known = this.#joints.get(workflow.metadata);
    const last = known && this.#workflows.get(workflow.metadata);
    const joints = known && last && hasSameWorkers(last, workflow) ? known.joints : jointsOf(workflow);
    // From action to action it is the same machine's.
    if (known?.joints.length === joints.length && known.joints.every((joint, at) => joint === joints[at])) {
      this.#workflows.set(known.key, workflow);
      return this.#about(joints);
    }
    const before = this.removeWorkflow(workflow.metadata);
    const { namespace, name } = workflow.metadata;
    const key = { namespace, name };
    this.#workflows.set(key, workflow);
    this.#joints.set(key, { key, joints });
    for (const joint of joints) this.#joined.getOrInsertComputed(joint, () => new Set()).add(key);
    const now = this.#about(joints);
    return { machines: [...before.machines, ...now.machines], macs: [...before.macs, ...now.macs] };
  }

  removeWorkflow(workflow: ResourceKey): { machines: Machine[]; macs: string[] } {
    const known = this.#joints.delete(workflow);
    this.#workflows.delete(workflow);
    if (known === undefined) return { machines: [], macs: [] };
    for (const joint of known.joints) {
      const joined = this.#joined.get(joint);
      joined?.delete(known.key);
      if (joined?.size === 0) this.#joined.delete(joint);
    }
    return this.#about(known.joints);
  }

  workflowsOf({ hardware, claims }: Machine): Workflow[] {
    const { namespace } = hardware.metadata;
    const agents = claims.filter(({ path }) => path === macPath || path === agentPath).map(({ value }) => value);
    const joints = [formatKey(hardware.metadata), ...agents.map(agentJoint)];
    const keys = new Set(joints.flatMap((joint) => [...(this.#joined.get(joint) ?? [])]));
    return [...keys].flatMap((key) => (key.namespace === namespace ? (this.#workflows.get(key) ?? []) : []));
  }

  #about(joints: readonly string[]): { machines: Machine[]; macs: string[] } {
    const machines = joints.flatMap((joint) => {
      const agent = agentOf(joint);
      if (agent === undefined) {
        const [namespace = "", name = ""] = joint.split("/");
        return this.#machines.get({ namespace, name }) ?? [];
      }
      return [macPath, agentPath].flatMap((path) =>
        this.#claimers.first(claimText({ path, value: agent }), mostRivals),
      );
    });
    return { machines, macs: joints.flatMap((joint) => agentOf(joint) ?? []) };
  }

  /** Those that are alone with it: who shares it with others already does so with one more. */
  #soleClaimers(claims: readonly Claim[]): Machine[] {
    return claims.flatMap((claim) => {
      const [sole, another] = this.#claimers.first(claimText(claim), 2);
      return sole !== undefined && another === undefined ? [sole] : [];
    });
  }
}

function onceFor({ metadata: { annotations } }: Hardware): Machine["serial"] {
  const text = annotations?.[attributesAnnotation];
  if (typeof text !== "string") return none;
  let serial: { readonly found: string | undefined } | undefined;
  return () => {
    serial ??= { found: serialOf(text) };
    return serial.found;
  };
}

const none = () => undefined;

const macPath = "spec.interfaces[].dhcp.mac";
const agentPath = "spec.agentID";

const claimed = kinds.Hardware.unique.map(({ path }) => ({ path, steps: fieldSteps(path) }));

function claimsOf(hardware: Hardware): Claim[] {
  const claims = claimed.flatMap(({ path, steps }) =>
    fieldsAt(hardware, steps).flatMap(({ value }) =>
      typeof value === "string" && value !== "" ? { path, value: agentKey(value) } : [],
    ),
  );
  return [...new Map(claims.map((claim) => [claimText(claim), claim])).values()].slice(0, mostFields);
}

/** Of one object, written anew: all but what its writers leave on it. */
function isShownAlike(before: Hardware, now: Hardware): boolean {
  return sameJson(shownOf(before), shownOf(now));
}

function shownOf({ metadata, spec }: Hardware) {
  const { resourceVersion: _, managedFields: __, ...shown } = metadata;
  return { metadata: shown, spec };
}

function hasSameWorkers(before: Workflow, now: Workflow): boolean {
  return (
    before.status?.tasks === now.status?.tasks &&
    before.status?.agentID === now.status?.agentID &&
    before.spec?.hardwareRef === now.spec?.hardwareRef
  );
}

function claimText({ path, value }: Claim): string {
  return `${path} ${value}`;
}

function jointsOf({ metadata, spec, status }: Workflow): string[] {
  const agents = [status?.agentID, ...(status?.tasks ?? []).map(({ agentID }) => agentID)];
  const joints = agents.flatMap((agent) => (agent ? agentJoint(agentKey(agent)) : [])).slice(0, mostFields);
  const { namespace } = metadata;
  return [...new Set([...(spec?.hardwareRef ? [formatKey({ namespace, name: spec.hardwareRef })] : []), ...joints])];
}

function agentJoint(agent: string): string {
  return `agent ${agent}`;
}

/** No namespace has a blank in its name. */
function agentOf(joint: string): string | undefined {
  return joint.startsWith("agent ") ? joint.slice("agent ".length) : undefined;
}

function isSame(one: ResourceKey, other: ResourceKey): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
