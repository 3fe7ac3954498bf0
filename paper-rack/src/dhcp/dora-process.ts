// The process that asks for addresses: told how by its parent, answers once, ends. Its CPU is nobody else's.
import { runDoraLoad } from "./dora-load.ts";
import type { DoraOrder } from "./dora-order.ts";

process.once("message", (order: DoraOrder) => {
  void runDoraLoad(order).then((result) => process.send?.(result, () => process.disconnect?.()));
});
