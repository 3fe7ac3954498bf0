// Whether who calls as a worker may be that worker: what an agent id says must not contradict what the address says.
import {
  agentKey,
  formatKey,
  type Hardware,
  type MachineEventInput,
  parseKey,
  type ResourceKey,
  type Workflow,
  workflowLock,
} from "@neverland/api";
import { callerAddress, type TrustedProxies } from "@neverland/platform/network/caller-address.ts";

/** As a listener sees it. */
export type AgentCaller = { readonly address: string; readonly forwardedFor: string | undefined };

/** What of the machines one is found by: none, one, or several that claim it, which are named. */
type Found =
  | { readonly found: "none" }
  | { readonly found: "several"; readonly names: readonly string[] }
  | { readonly found: "one"; readonly machine: { readonly key: string } }
  | { readonly found: "one"; readonly hardware: { readonly metadata: ResourceKey } };

/** All machines there are, by what they are known by. */
export type KnownMachines = {
  get(key: ResourceKey): Pick<Hardware, "spec"> | undefined;
  byAgentId(agentID: string): Found;
  /** @param mac Lower case with colons. */
  byMac(mac: string): Found;
  byAddress(address: string): Found;
};

export type AgentGateDeps = {
  readonly machines: KnownMachines;
  /** Proxies and NAT gateways: their address is no worker's own. */
  readonly proxies: TrustedProxies;
  readonly record: (event: MachineEventInput) => void;
};

/** A machine that an agent id stands for. */
export type AgentOwner = {
  /** `namespace/name` of the Hardware. */
  readonly key: string;
  /** Not every one of its interfaces has an address in the Hardware: what it calls from may be any that is nobody's. */
  readonly hasOpenInterface: boolean;
};

export type AgentDecision =
  | { readonly may: true }
  | { readonly may: false; readonly reason: "AddressOfAnotherMachine" | "UnknownAddress"; readonly message: string };

/** The caller learns no more than this; the rest is on the machine's timeline. */
const toldCaller = "this address is not known as that worker's; tink explain says which is";

export class AgentGate {
  readonly #deps: AgentGateDeps;

  constructor(deps: AgentGateDeps) {
    this.#deps = deps;
  }

  /**
   * The Hardware that the id stands for, by `namespace/name`; several when several claim it.
   * @param workflow Names the machine of an id that none claims.
   */
  machinesOf(agentID: string, workflow?: Workflow): readonly string[] {
    const { machines } = this.#deps;
    const byId = keysOf(machines.byAgentId(agentID));
    const byMac = keysOf(machines.byMac(agentKey(agentID)));
    const named = byId.length === 0 ? byMac : byMac.length === 0 ? byId : [...new Set([...byId, ...byMac])];
    const name = workflow?.spec?.hardwareRef;
    if (named.length > 0 || workflow === undefined || !name) return named;
    const key = { namespace: workflow.metadata.namespace, name };
    return machines.get(key) === undefined ? [] : [formatKey(key)];
  }

  /** Why nothing may be begun on the worker's machine, as a clause. */
  lockOf(agentID: string, workflow: Workflow): string | undefined {
    for (const text of this.machinesOf(agentID, workflow)) {
      const key = parseKey(text);
      const lock = key && workflowLock({ metadata: key, spec: this.#deps.machines.get(key)?.spec });
      if (lock !== undefined) return lock;
    }
    return undefined;
  }

  /**
   * @param workflow The one that the call is about, as far as that is known.
   * @returns What the caller is told when it is refused, which is also an event on the timeline of the machine it spoke for.
   */
  refusal(agentID: string, caller: AgentCaller, workflow?: Workflow): string | undefined {
    const { machines, proxies, record } = this.#deps;
    const address = callerAddress(caller.address, caller.forwardedFor, proxies);
    // A trusted proxy that does not say for whom it speaks: the agent id is all there is.
    if (address === undefined || proxies.has(address)) return undefined;
    const own = this.machinesOf(agentID, workflow);
    const neighbours = keysOf(machines.byAddress(address));
    // Nearly every call: the machine's own worker from the machine's own address.
    if (own.some((key) => neighbours.includes(key))) return undefined;
    const owners = own.map((key) => ({ key, hasOpenInterface: this.#isOpen(key) }));
    const decision = decideAgent(agentID, owners, address, neighbours);
    if (decision.may) return undefined;
    const { reason, message } = decision;
    for (const { key } of owners)
      record({ source: "tink-server", type: "WorkerRefused", hardware: key, address, reason, message });
    return toldCaller;
  }

  #isOpen(key: string): boolean {
    const parsed = parseKey(key);
    const interfaces = (parsed && this.#deps.machines.get(parsed))?.spec?.interfaces ?? [];
    return interfaces.length === 0 || interfaces.some(({ dhcp }) => !dhcp?.ip?.address);
  }
}

/**
 * Strict on what is certain. An address that a Hardware has is that machine's alone. One that no Hardware has is good enough only
 * for a machine of which not every interface's address is known, and for an id that no Hardware has.
 * @param owners The Hardware that the agent id stands for.
 * @param neighbours `namespace/name` of the Hardware that has the address.
 */
export function decideAgent(
  agentID: string,
  owners: readonly AgentOwner[],
  address: string,
  neighbours: readonly string[],
): AgentDecision {
  if (owners.length === 0 || owners.some(({ key }) => neighbours.includes(key))) return { may: true };
  const whose = owners.map(({ key }) => key).join(" and ");
  if (neighbours.length > 0) {
    const message = `${address} is ${neighbours.join(" and ")}'s and spoke as worker ${agentID}, which is ${whose}'s; it was refused`;
    return { may: false, reason: "AddressOfAnotherMachine", message };
  }
  if (owners.some(({ hasOpenInterface }) => hasOpenInterface)) return { may: true };
  const message = `${address}, which no Hardware has, spoke as worker ${agentID}, which is ${whose}'s and has another address; it was refused`;
  return { may: false, reason: "UnknownAddress", message };
}

function keysOf(lookup: Found): readonly string[] {
  switch (lookup.found) {
    case "none":
      return [];
    case "several":
      return lookup.names;
    case "one":
      return ["hardware" in lookup ? formatKey(lookup.hardware.metadata) : lookup.machine.key];
  }
}
