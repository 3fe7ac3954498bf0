// Runs test files and tells what failed. A skipped test fails the run: what a test needs is brought, not wished for.
//   node tools/src/run-tests.ts [--serial] FILE...
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { run } from "node:test";
import { inspect, parseArgs } from "node:util";

// Of an ordinary user's PATH on Debian these are not a part, yet dhclient, udhcpc and ip are there.
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

const { values, positionals } = parseArgs({ options: { serial: { type: "boolean" } }, allowPositionals: true });
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Files and suites are reported like tests; only the tests themselves are counted. */
type TestData = {
  name: string;
  file?: string;
  nesting: number;
  skip?: string | boolean;
  todo?: string | boolean;
  details: { type?: string; duration_ms: number; error?: unknown };
};

function report(data: TestData, ok: boolean): void {
  if (data.details.type === "suite") return;
  if (data.skip || data.todo) {
    counts.skipped += 1;
    console.log(`SKIPPED ${place(data)}: ${data.name}`);
  } else if (ok) counts.passed += 1;
  else {
    counts.failed += 1;
    console.log(`FAILED ${place(data)}: ${data.name}\n${explain(data.details.error)}`);
  }
}

/** With it the random moments of a test can be had again. */
function reportSeed({ message, file }: { message: string; file?: string }): void {
  if (message.startsWith("SEED=") && file !== undefined) console.log(`${message} ${relative(process.cwd(), file)}`);
}

function place(data: TestData): string {
  return data.file === undefined ? "?" : relative(process.cwd(), data.file);
}

function explain(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return (cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)).replaceAll(/^/gm, "    ");
}

if (positionals.length === 0) throw new Error("run-tests: no test file was given");
const events = run({
  files: positionals,
  // `true` would leave one core idle, which on two cores is half of the machine.
  concurrency: values.serial ? 1 : availableParallelism(),
  execArgv: ["--disable-warning=ExperimentalWarning"],
});
for await (const event of events) {
  if (event.type === "test:pass") report(event.data as TestData, true);
  else if (event.type === "test:fail") report(event.data as TestData, false);
  else if (event.type === "test:diagnostic") reportSeed(event.data);
  else if (event.type === "test:stderr" || event.type === "test:stdout") process.stdout.write(event.data.message);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed + counts.skipped > 0 || counts.passed === 0 ? 1 : 0;
