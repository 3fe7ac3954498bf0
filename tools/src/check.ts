// npm run check: the shape of the code and the quick tests. Run it before each commit.
import { leftOutSentence, staticSteps, unitSteps } from "./gate.ts";
import { saysHelp } from "./program-help.ts";
import { runSteps } from "./steps.ts";

const isRoot = process.getuid?.() === 0;
const leftOut = leftOutSentence(isRoot);
const usage = `npm run check: format, lint, import directions, types, dead code and the quick tests. It takes no options.`;

if (!saysHelp(process.argv.slice(2), usage)) {
  process.stdout.write(leftOut);
  process.exitCode = (await runSteps([...staticSteps, ...unitSteps(isRoot)])) ? 0 : 1;
  process.stdout.write(leftOut);
}
