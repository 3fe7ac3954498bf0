// Runs test files and tells what failed. A skipped test fails the run: what a test needs is brought, not wished for. Each test, and each
// hook, has a deadline, also where it names none, and a file that does not end after its last test fails and ends the run.
//   node tools/src/run-tests.ts [--serial] [--seconds DEADLINE] FILE...
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { inspect, parseArgs } from "node:util";
import { saysHelp } from "./program-help.ts";
import { SilentFiles } from "./silent-files.ts";

// Of an ordinary user's PATH on Debian these are not a part, yet dhclient, udhcpc and ip are there.
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

const usage =
  "node tools/src/run-tests.ts [--serial] [--seconds DEADLINE] FILE...: runs test files, and fails when one fails or is skipped";
if (saysHelp(process.argv.slice(2), usage)) process.exit();
const options = { serial: { type: "boolean" }, seconds: { type: "string" } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
/** Long tests build and install whole systems. */
const deadlineMs = Number(values.seconds ?? (values.serial ? 1800 : 120)) * 1000;
/** For what a file does before its first test, between two and after its last. Its hooks have the tests' deadline. */
const silenceMs = deadlineMs * 1.5;
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

/** Told as it happens; reports come in the order of the tests. */
function follow({ type, data }: { type: string; data: object }): void {
  if (type !== "test:dequeue" && type !== "test:complete") return;
  const { name, file } = data as TestData;
  if (file === undefined) return;
  const what = type === "test:dequeue" ? "began" : "ended";
  silent.told({ file, what: resolve(name) === file ? what : `test ${what}` }, performance.now());
}

function endSilent(): void {
  const files = silent.since(performance.now() - silenceMs);
  if (files.length === 0) return;
  for (const file of files)
    console.log(
      `FAILED ${relative(process.cwd(), file)}: no test of it ran for ${silenceMs / 1000} s, and it did not end: what it opened (a server, a timer, a program) is not closed where a test or its set-up fails; the run is ended`,
    );
  counts.failed += files.length;
  ending.abort();
}

if (positionals.length === 0) throw new Error("run-tests: no test file was given");
const silent = new SilentFiles(new Set(positionals.map((file) => resolve(file))));
const ending = new AbortController();
const looking = setInterval(endSilent, Math.min(5000, deadlineMs));
const events = run({
  files: positionals,
  // `true` would leave one core idle, which on two cores is half of the machine.
  concurrency: values.serial ? 1 : availableParallelism(),
  execArgv: ["--disable-warning=ExperimentalWarning"],
  timeout: deadlineMs,
  signal: ending.signal,
});
for await (const event of events) {
  follow(event);
  if (event.type === "test:pass") report(event.data as TestData, true);
  else if (event.type === "test:fail" && !ending.signal.aborted) report(event.data as TestData, false);
  else if (event.type === "test:diagnostic") reportSeed(event.data);
  else if (event.type === "test:stderr" || event.type === "test:stdout") process.stdout.write(event.data.message);
}
clearInterval(looking);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed + counts.skipped > 0 || counts.passed === 0 ? 1 : 0;
