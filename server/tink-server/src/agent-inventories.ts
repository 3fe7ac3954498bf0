// How often what workers found in their machines is taken: each write of it is as long as a whole inventory, and a worker may send
// another with each ask.
import { parseKey } from "@neverland/api";
import type { AgentAttributes } from "@neverland/api/workflow";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { annotateHardware } from "./agent-attributes.ts";
import type { TinkServerDeps } from "./ports.ts";

/** Workers send theirs with every ask, so what is passed over comes again. */
const quietMs = 60_000;
/** Machines of which it is known when the last was taken. */
const mostMachines = 50_000;

export class AgentInventories {
  readonly #deps: Pick<TinkServerDeps, "clock" | "hardware" | "onError">;
  readonly #takenMs = recentMap<string, number>(mostMachines);

  constructor(deps: Pick<TinkServerDeps, "clock" | "hardware" | "onError">) {
    this.#deps = deps;
  }

  /**
   * Keeps the newest: disks and cards change between two boots. At most one a minute of a machine. Resolves when it is kept, passed over,
   * or has failed, which is told to `onError`.
   * @param machine `namespace/name` of the Hardware.
   */
  async offer(machine: string, attributes: AgentAttributes): Promise<void> {
    const { clock, hardware, onError } = this.#deps;
    const key = parseKey(machine);
    const takenMs = this.#takenMs.get(machine);
    if (key === undefined || (takenMs !== undefined && clock.nowMs() - clock.asOfNowMs(takenMs) < quietMs)) return;
    this.#takenMs.set(machine, clock.nowMs());
    try {
      await annotateHardware(key, attributes, hardware);
    } catch (error) {
      onError({ doing: `keeping the attributes of Hardware ${machine}`, error });
    }
  }
}
