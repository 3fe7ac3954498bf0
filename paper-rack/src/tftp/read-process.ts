// The process that reads over TFTP: told how by its parent, answers once, ends. Its CPU is nobody else's.
import { readLoad } from "./read-load.ts";
import type { ReadOrder } from "./read-order.ts";

process.once("message", (order: ReadOrder) => {
  void readLoad(order).then((result) => process.send?.(result, () => process.disconnect?.()));
});
