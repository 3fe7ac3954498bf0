// Shows what is going on while one waits: a line that ticks on a terminal, a line per step elsewhere.
import { oneLine } from "@neverland/api";

export type Progress = {
  /** Names the step that has begun; the one before it is done. */
  step(name: string): void;
  /** How far the step is. Shown on terminals only: logs want results, not motion. */
  detail(text: string): void;
  /** Ends the line. */
  done(): void;
};

export type ProgressDeps = {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly nowMs: () => number;
};

/** Lines look like `  12.3 s  Building the in-memory OS`. Times are seconds since `startProgress`. */
export function startProgress({ write, isTerminal, nowMs }: ProgressDeps): Progress {
  const startMs = nowMs();
  let current: { name: string; detail: string } | undefined;
  const line = (): string => {
    const seconds = ((nowMs() - startMs) / 1000).toFixed(1).padStart(7);
    return `${seconds} s  ${current?.name ?? ""}${current?.detail ? `: ${oneLine(current.detail)}` : ""}`;
  };
  const redraw = (): void => write(`\r\u001b[K${line().slice(0, 160)}`);
  const ticker = isTerminal ? setInterval(() => current && redraw(), 200) : undefined;
  ticker?.unref();
  const finish = (): void => {
    if (current !== undefined && isTerminal) write("\n");
    current = undefined;
  };
  return {
    step(name) {
      finish();
      current = { name, detail: "" };
      if (isTerminal) redraw();
      else write(`${line()}\n`);
    },
    detail(text) {
      if (current === undefined || !isTerminal) return;
      current.detail = text;
      redraw();
    },
    done() {
      finish();
      clearInterval(ticker);
    },
  };
}
