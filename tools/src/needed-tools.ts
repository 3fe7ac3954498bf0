// Tools of other languages that some long tests need, and that nothing here brings: where one is missing, its tests are named as not run.
import { spawnSync } from "node:child_process";
import type { LongTest } from "./long-tests.ts";

type Tool = {
  /** For people. */
  readonly called: string;
  /** Prints whatever it likes; `isGood` says of it whether the tool will do. */
  readonly argv: readonly [string, ...string[]];
  readonly isGood: (said: string) => boolean;
};

const tools: Readonly<Record<NonNullable<LongTest["needs"]>, Tool>> = {
  go: {
    called: "Go 1.26 or newer",
    argv: ["go", "env", "GOVERSION"],
    isGood: (said) => isAtLeast(said, /^go1\.(\d+)/, 26),
  },
  python3: {
    called: "Python 3.9 or newer with pip (Debian: python3-pip)",
    argv: ["python3", "-c", "import pip, sys; print(sys.version)"],
    isGood: (said) => isAtLeast(said, /^3\.(\d+)/, 9),
  },
};

export type Needing = { readonly able: readonly LongTest[]; readonly unable: readonly LongTest[] };

/** @param has Whether a tool is there; this machine's when left out. */
export function byNeeds(tests: readonly LongTest[], has: (needs: keyof typeof tools) => boolean = isThere): Needing {
  const isAble = ({ needs }: LongTest): boolean => needs === undefined || has(needs);
  return { able: tests.filter(isAble), unable: tests.filter((test) => !isAble(test)) };
}

/** What is told before and after a run that leaves tests out; nothing when it leaves none. */
export function unableSentence(unable: readonly LongTest[]): string {
  const lines = unable.flatMap(({ name, needs }) =>
    needs === undefined ? [] : [`Not run, since it needs ${tools[needs].called}, which is not here: ${name}\n`],
  );
  return lines.length === 0 ? "" : `\n${lines.join("")}`;
}

function isThere(needs: keyof typeof tools): boolean {
  const { argv, isGood } = tools[needs];
  const [program, ...args] = argv;
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: 30_000 });
  return status === 0 && isGood(stdout);
}

function isAtLeast(said: string, minor: RegExp, least: number): boolean {
  return Number(minor.exec(said)?.[1] ?? 0) >= least;
}
