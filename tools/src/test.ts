// Brings the Debian packages that the tests need, then runs the tests that its arguments ask for.
//   node tools/src/test.ts                     npm test: the gate, the quick tests, an installation for each firmware
//   node tools/src/test.ts --all               npm run test:all: that, and every long test
//   node tools/src/test.ts --long [NAME...]    npm run test:long: the long tests named, or a list of them
//   node tools/src/test.ts --turn MINUTES      the long tests that are this commit's turn
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { ensurePackages } from "@neverland/debian";
import { requireLabNamespace } from "@neverland/lab";
import { installSteps, leftOutSentence, longSteps, staticSteps, unitSteps } from "./gate.ts";
import { type LongTest, longTests } from "./long-tests.ts";
import { byNeeds, unableSentence } from "./needed-tools.ts";
import { saysHelp } from "./program-help.ts";
import { runSteps, type Step } from "./steps.ts";
import { testPackages } from "./test-packages.ts";
import { describeTurn, turnOf } from "./turn.ts";

const isRoot = process.getuid?.() === 0;
const usage = `Brings the Debian packages that the tests need, then runs tests. Every step runs, also after one that failed.
  npm test                      the gate, the quick tests, an installation for each firmware
  npm run test:all              that, and every long test
  npm run test:long             a list of the long tests
  npm run test:long -- NAME...  the long tests that are named
  node tools/src/test.ts --turn MINUTES
                                the long tests whose turn it is at this commit, as many as fit the time`;

try {
  const { steps, leftOut } = askedFor(process.argv.slice(2));
  process.stdout.write(leftOut);
  if (steps.length > 0) {
    await ensurePackages(testPackages, { say: (line) => console.log(line), isRoot });
    // An ordinary user's machines run in user namespaces, as the demo's do.
    await requireLabNamespace();
    process.exitCode = (await runSteps(steps)) ? 0 : 1;
    process.stdout.write(leftOut);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 69;
}

type Asked = { readonly steps: readonly Step[]; readonly leftOut: string };

function askedFor(args: readonly string[]): Asked {
  if (saysHelp(args, usage)) return { steps: [], leftOut: "" };
  const options = { all: { type: "boolean" }, long: { type: "boolean" }, turn: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const quick = [...staticSteps, ...unitSteps(isRoot), ...installSteps];
  if (values.all) return withLong(quick, longTests);
  if (values.turn !== undefined) return withLong([], turnTests(Number(values.turn)));
  if (values.long) return withLong([], named(positionals));
  return withLong(quick, []);
}

function withLong(quick: readonly Step[], tests: readonly LongTest[]): Asked {
  const { able, unable } = byNeeds(tests);
  const isAnyRun = quick.length > 0 || able.length > 0;
  return {
    steps: [...quick, ...longSteps(able, isRoot)],
    leftOut: `${isAnyRun ? leftOutSentence(isRoot) : ""}${unableSentence(unable)}`,
  };
}

function turnTests(minutes: number): readonly LongTest[] {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const turn = turnOf(commit, longTests, minutes);
  console.log(describeTurn(commit, turn, minutes));
  return turn.chosen;
}

function named(names: readonly string[]): readonly LongTest[] {
  const unknown = names.filter((name) => !longTests.some((test) => test.name === name));
  if (names.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) process.exitCode = 64;
    console.log(unknown.length > 0 ? `There is no long test ${unknown.join(", ")}. There are:` : "Long tests:");
    for (const { name, minutes, proves } of longTests) console.log(`  ${name.padEnd(16)} ${minutes} min  ${proves}`);
    return [];
  }
  return longTests.filter(({ name }) => names.includes(name));
}
