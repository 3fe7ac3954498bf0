// A change of a machine in the thread of packets: what it was answered before stands no more.
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { type MacAddress, parseMac } from "@neverland/protocols";
import type { DhcpSockets } from "./dhcp-sockets.ts";
import type { MachineChange } from "./thread-messages.ts";

export function changeMachine(
  index: MachineIndex,
  change: MachineChange,
  answers: Pick<DhcpSockets, "forget" | "forgetAll">,
): void {
  answers.forget(macsOf(index.get("known" in change ? change.known.metadata : change.gone)));
  if ("gone" in change) index.remove({ metadata: change.gone });
  // Whoever had alone what two claim now is not answered any more. A claim that ends lets none be answered that were.
  else if (index.upsert(change.known).length > 0) answers.forgetAll();
}

function macsOf(hardware: KnownHardware | undefined): MacAddress[] {
  const interfaces = hardware?.spec?.interfaces ?? [];
  return interfaces.map(({ dhcp }) => parseMac(dhcp?.mac ?? "")).filter((mac) => mac !== undefined);
}
