// A small hall's storm, for the test beside this: says as JSON how it went.
import { runStorm } from "./storm-run.ts";

const files = { binaryBytes: 200_000, kernelBytes: 300_000, initramfsBytes: 700_000 };
const order = { machines: 60, ...files, withinMs: 1000, bytesPerSecond: 1_000_000, timeoutMs: 80_000 };
console.log(JSON.stringify(await runStorm(order)));
