// The steps of the gate: what each checks, and the command that does it.
import { globSync } from "node:fs";
import { installations, type LongTest } from "./long-tests.ts";
import type { Step } from "./steps.ts";

/** Every package's folder; the server is a folder of packages. */
const workspaces = "{*,server/*}";

/** Nothing is run: the shape of the code alone. */
export const staticSteps: readonly Step[] = [
  { name: "format and lint", argv: ["biome", "ci", "--error-on-warnings", "."] },
  {
    name: "import boundaries",
    // All there is, so that no folder is left out for having no manifest.
    argv: ["tools/node_modules/.bin/depcruise", "--config", ".dependency-cruiser.cjs", "."],
  },
  { name: "types", argv: ["tsc", "-p", "."] },
  { name: "dead code", argv: ["knip"] },
  { name: "generated code is what its source makes", argv: ["node", "tools/src/check-generated.ts"] },
];

const ofRoot = ".root.";
const slow = `${workspaces}/src/**/*.slow.test.ts`;

/** Quick tests, every package, in parallel. */
export function unitSteps(isRoot: boolean): readonly Step[] {
  const files = testFiles(`${workspaces}/src/**/*.test.ts`, [slow]).filter((file) => isRoot || !file.includes(ofRoot));
  return [{ name: "unit tests, fuzz and peers", argv: runTests(files) }];
}

/** One installation for each firmware, one at a time, so that their deadlines mean something. */
export const installSteps: readonly Step[] = [
  { name: "installs, from power-on to login", argv: runTests(installations, "--serial") },
];

/** A step for each row that this user may run. */
export function longSteps(tests: readonly LongTest[], isRoot: boolean): readonly Step[] {
  return tests.flatMap(({ name, files }) => {
    const mine = files.filter((file) => isRoot || !file.includes(ofRoot));
    return mine.length === 0 ? [] : [{ name, argv: runTests(mine, "--serial") }];
  });
}

/** What an ordinary user is told before and after the run; nothing for root. */
export function leftOutSentence(isRoot: boolean): string {
  if (isRoot) return "";
  const files = testFiles(`${workspaces}/src/**/*.root{.slow,}.test.ts`);
  return `\nNot run, since they make devices, mount, or run containers for real, which only root may: ${files.join(", ")}. To run everything: sudo npm run test:all\n`;
}

function testFiles(pattern: string, exclude: readonly string[] = []): string[] {
  return globSync(pattern, { exclude: ["**/node_modules/**", ...exclude] }).sort();
}

function runTests(files: readonly string[], ...flags: readonly string[]): [string, ...string[]] {
  return ["node", "--disable-warning=ExperimentalWarning", "tools/src/run-tests.ts", ...flags, ...files];
}
