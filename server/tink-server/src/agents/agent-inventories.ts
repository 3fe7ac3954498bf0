// How often what workers found in their machines is taken: each write of it is as long as a whole inventory, and a worker may send
// another with each ask.
import { type MachineEventInput, parseKey } from "@neverland/api";
import type { AgentAttributes } from "@neverland/api/workflow";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { TinkServerDeps } from "../ports.ts";
import { annotateHardware, mostAttributesBytes } from "./agent-attributes.ts";

/** Workers send theirs with every ask, so what is passed over comes again. */
const quietMs = 60_000;
/** Machines of which it is known when the last was taken. */
const mostMachines = 50_000;

export class AgentInventories {
  readonly #deps: Pick<TinkServerDeps, "clock" | "hardware" | "record" | "onError">;
  readonly #takenMs = recentMap<string, number>(mostMachines);

  constructor(deps: Pick<TinkServerDeps, "clock" | "hardware" | "record" | "onError">) {
    this.#deps = deps;
  }

  /**
   * Keeps the newest: disks and cards change between two boots. At most one a minute of a machine. Resolves when it is kept, passed over,
   * or has failed, which is told to `onError`.
   * @param machine `namespace/name` of the Hardware.
   */
  async offer(machine: string, attributes: AgentAttributes): Promise<void> {
    const { clock, hardware, record, onError } = this.#deps;
    const key = parseKey(machine);
    const takenMs = this.#takenMs.get(machine);
    if (key === undefined || (takenMs !== undefined && clock.nowMs() - clock.asOfNowMs(takenMs) < quietMs)) return;
    this.#takenMs.set(machine, clock.nowMs());
    try {
      const bytes = await annotateHardware(key, attributes, hardware);
      if (bytes !== undefined) record(inventoryEvent(machine, bytes));
    } catch (error) {
      onError({ doing: `keeping the attributes of Hardware ${machine}`, error });
    }
  }
}

function inventoryEvent(machine: string, bytes: number): MachineEventInput {
  const message = `what the worker of ${machine} found in it takes ${bytes} bytes, and at most ${mostAttributesBytes} are kept; the Hardware has what was found before, if anything`;
  return { source: "tink-server", type: "ReportIgnored", hardware: machine, reason: "InventoryTooLong", message };
}
