// npm test: everything. Brings the Debian packages that the tests need, then runs the gate, the unit tests, the foreign
// peers, the image builds and whole installs on emulated machines.
import { ensurePackages } from "@neverland/debian";
import { requireLabNamespace } from "@neverland/lab";
import { leftOutSentence, slowSteps, staticSteps, unitSteps } from "./gate.ts";
import { runSteps } from "./steps.ts";
import { testPackages } from "./test-packages.ts";

const isRoot = process.getuid?.() === 0;
const leftOut = leftOutSentence(isRoot);

try {
  process.stdout.write(leftOut);
  await ensurePackages(testPackages, { say: (line) => console.log(line), isRoot });
  // An ordinary user's machines run in user namespaces, as the demo's do.
  await requireLabNamespace();
  const steps = [...staticSteps, ...unitSteps(isRoot), ...slowSteps(isRoot)];
  process.exitCode = (await runSteps(steps)) ? 0 : 1;
  process.stdout.write(leftOut);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 69;
}
