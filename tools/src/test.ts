// npm test: everything. Brings the Debian packages that the tests need, then runs the gate, the unit tests, the foreign
// peers, the image builds and whole installs on emulated machines.
import { ensurePackages } from "@neverland/debian";
import { slowSteps, staticSteps, unitSteps } from "./gate.ts";
import { runSteps } from "./steps.ts";
import { testPackages } from "./test-packages.ts";

try {
  await ensurePackages(testPackages, { say: (line) => console.log(line), isRoot: process.getuid?.() === 0 });
  process.exitCode = (await runSteps([...staticSteps, ...unitSteps, ...slowSteps])) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 69;
}
