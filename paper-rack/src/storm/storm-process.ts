// The process that plays the machines: says that it is there, is told what to play, answers once, ends.
import { runStorm } from "./storm.ts";
import type { StormOrder } from "./storm-order.ts";

process.once("message", (order: StormOrder) => {
  void runStorm(order).then((result) => process.send?.(result, () => process.disconnect?.()));
});
process.send?.("ready");
