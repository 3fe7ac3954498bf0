// Whether a machine may netboot now: what its Hardware says, and what its Workflows make of that. Kept by a watch, so that nobody has to
// write a field for it and take it back.
import {
  formatKey,
  type Hardware,
  type HardwareInterface,
  isFinalState,
  type ResourceKey,
  type Workflow,
  workflowLock,
} from "@neverland/api";
import { KeyMap } from "@neverland/platform/collections/key-map.ts";
import type { NetbootWithoutWork } from "./netboot-without-work.ts";

/** `lends`: its machine is to run it. `waits`: it may come to that. `ended` with or without success; `over`: it says nothing. */
type Work =
  | { readonly is: "lends" | "waits" | "over" }
  | { readonly is: "succeeded" | "failed"; readonly endedMs: number };

export class NetbootLoans {
  readonly #policy: NetbootWithoutWork;
  /** By Hardware, then by the workflow's name: both are of one namespace. */
  readonly #works = new KeyMap<Map<string, Work>>();
  readonly #machineOf = new KeyMap<ResourceKey>();

  constructor(policy: NetbootWithoutWork) {
    this.#policy = policy;
  }

  /** @returns The Hardware whose permission may be another one now. */
  put(workflow: Workflow): ResourceKey[] {
    const { namespace, name } = workflow.metadata;
    const hardware = workflow.spec?.hardwareRef;
    const before = this.remove(workflow.metadata);
    if (!hardware) return before;
    const machine = { namespace, name: hardware };
    this.#machineOf.set({ namespace, name }, machine);
    const works = this.#works.get(machine) ?? new Map<string, Work>();
    works.set(name, workOf(workflow));
    this.#works.set(machine, works);
    return [...before.filter((key) => formatKey(key) !== formatKey(machine)), machine];
  }

  remove(workflow: ResourceKey): ResourceKey[] {
    const machine = this.#machineOf.delete(workflow);
    if (machine === undefined) return [];
    const works = this.#works.get(machine);
    works?.delete(workflow.name);
    if (works?.size === 0) this.#works.delete(machine);
    return [machine];
  }

  /** The Hardware as machines are answered by it: `allowPXE` is what holds now. The same object where that is what it says. */
  applied(hardware: Hardware): Hardware {
    const works = [...(this.#works.get(hardware.metadata)?.values() ?? [])];
    const interfaces = hardware.spec?.interfaces ?? [];
    // Nothing is begun on a machine that is to be left alone, so nothing needs it to boot.
    const isLent = works.some(({ is }) => is === "lends") && workflowLock(hardware) === undefined;
    const now = interfaces.map((each) => this.#interfaceNow(each, works, isLent));
    if (now.every((each, at) => each === interfaces[at])) return hardware;
    return { ...hardware, spec: { ...hardware.spec, interfaces: now } };
  }

  #interfaceNow(each: HardwareInterface, works: readonly Work[], isLent: boolean): HardwareInterface {
    const { allowPXE } = each.netboot ?? {};
    // Who says that it may not means it: a permission is lent where nothing is said.
    if (allowPXE === undefined || allowPXE === null)
      return isLent ? { ...each, netboot: { ...each.netboot, allowPXE: true } } : each;
    if (!allowPXE || isLent || !this.#goesToDisk(works)) return each;
    return { ...each, netboot: { ...each.netboot, allowPXE: false, [withoutWorkMark]: true } };
  }

  #goesToDisk(works: readonly Work[]): boolean {
    if (this.#policy === "always" || works.some(({ is }) => is === "waits")) return false;
    return this.#policy === "never" || lastOf(works)?.is === "succeeded";
  }
}

/** Set beside an `allowPXE` that is false for want of work, so that whoever refuses says so. */
export const withoutWorkMark = "neverland.dev/without-work";

/** Why a machine is not netbooted, as the end of a sentence that begins with its name. */
export function whyNoNetboot(netboot: HardwareInterface["netboot"]): string {
  return netboot?.[withoutWorkMark] === true
    ? "may netboot and has no workflow to run, so that it goes on to its disk (boots.netbootWithoutWork)"
    : "does not have allowPXE set";
}

function workOf({ metadata, spec, status }: Workflow): Work {
  const state = status?.state ?? "";
  // In POST its actions have succeeded: a machine that restarts then is to find its disk.
  if (isFinalState(state) || state === "POST") {
    const isSuccess = state === "SUCCESS" || state === "POST";
    return { is: isSuccess ? "succeeded" : "failed", endedMs: Date.parse(status?.stateSince ?? "") || 0 };
  }
  if (metadata.deletionTimestamp || spec?.disabled === true) return { is: "over" };
  return { is: state === "" ? "waits" : "lends" };
}

function lastOf(works: readonly Work[]): Work | undefined {
  const ended = works.filter(({ is }) => is === "succeeded" || is === "failed");
  return ended.reduce<Work | undefined>((last, each) => (endedMs(each) >= endedMs(last) ? each : last), undefined);
}

function endedMs(work: Work | undefined): number {
  return work !== undefined && "endedMs" in work ? work.endedMs : Number.NEGATIVE_INFINITY;
}
