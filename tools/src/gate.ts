// The steps of the gate: what each checks, and the command that does it.
import { globSync } from "node:fs";
import { dirname } from "node:path";
import type { Step } from "./steps.ts";

/** Every package's folder; the server is a folder of packages. */
const workspaces = "{*,server/*}";
const sources = globSync(`${workspaces}/package.json`, { exclude: ["node_modules", "toolchain/**"] }).map((path) =>
  dirname(path),
);

/** Nothing is run: the shape of the code alone. */
export const staticSteps: readonly Step[] = [
  { name: "format and lint", argv: ["biome", "ci", "--error-on-warnings", "."] },
  {
    name: "import boundaries",
    argv: ["tools/node_modules/.bin/depcruise", "--config", ".dependency-cruiser.cjs", ...sources],
  },
  { name: "types", argv: ["tsc", "-p", "."] },
  { name: "dead code", argv: ["knip"] },
  { name: "generated code is what its source makes", argv: ["node", "tools/src/check-generated.ts"] },
];

const slow = `${workspaces}/src/**/*.slow.test.ts`;
const ofRoot = `${workspaces}/src/**/*.root{.slow,}.test.ts`;

/** Quick tests, every package, in parallel. */
export function unitSteps(isRoot: boolean): readonly Step[] {
  const files = testFiles(`${workspaces}/src/**/*.test.ts`, isRoot ? [slow] : [slow, ofRoot]);
  return [{ name: "unit tests, fuzz and peers", argv: runTests(files) }];
}

/** Tests that build images or boot machines: one at a time, so that their deadlines mean something. */
export function slowSteps(isRoot: boolean): readonly Step[] {
  return [
    { name: "builds and boots", argv: runTests(testFiles(slow, isRoot ? [] : [ofRoot]), "--serial") },
    { name: "installs, from power-on to login", argv: runTests(testFiles("e2e/src/**/*.e2e.ts"), "--serial") },
  ];
}

/** What an ordinary user is told before and after the run; nothing for root. */
export function leftOutSentence(isRoot: boolean): string {
  if (isRoot) return "";
  const files = testFiles(ofRoot);
  return `\nNot run, since they make devices, mount, or run containers for real, which only root may: ${files.join(", ")}. To run everything: sudo npm test\n`;
}

function testFiles(pattern: string, exclude: readonly string[] = []): string[] {
  return globSync(pattern, { exclude: ["**/node_modules/**", ...exclude] }).sort();
}

function runTests(files: readonly string[], ...flags: readonly string[]): [string, ...string[]] {
  return ["node", "--disable-warning=ExperimentalWarning", "tools/src/run-tests.ts", ...flags, ...files];
}
