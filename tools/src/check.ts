// npm run check: the shape of the code and the quick tests. Run it before each commit.
import { staticSteps, unitSteps } from "./gate.ts";
import { runSteps } from "./steps.ts";

process.exitCode = (await runSteps([...staticSteps, ...unitSteps])) ? 0 : 1;
