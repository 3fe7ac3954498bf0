// The repository's own programs say what they do and take, and do nothing else then.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../../..");

const programs: readonly [file: string, args: readonly string[], says: RegExp][] = [
  ["tools/src/test.ts", ["--all", "--help"], /npm run test:all +that, and every long test/],
  ["tools/src/test.ts", ["--long", "-h"], /npm run test:long -- NAME/],
  ["tools/src/check.ts", ["--help"], /^npm run check: format, lint/],
  ["tools/src/run-tests.ts", ["--help"], /\[--serial\] .*FILE/],
  ["bench/src/main.ts", ["--help"], /^npm run bench -- NAME: [\s\S]*\nstore +/],
];

for (const [file, args, says] of programs)
  test(`${file} ${args.join(" ")}`, { timeout: 60_000 }, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...process.execArgv,
      join(root, file),
      ...args,
    ]);
    assert.match(stdout, says);
    assert.equal(stderr, "");
  });
