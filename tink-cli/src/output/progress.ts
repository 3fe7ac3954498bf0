// Shows what is going on while one waits: a line that ticks on a terminal; elsewhere a line per step, and one more every few seconds.
import { oneLine } from "@neverland/api";

export type Progress = {
  /**
   * Names the step that has begun; the one before it is done.
   * @param lane Of steps that go on side by side: only the one before it in its lane is done.
   */
  step(name: string, lane?: string): void;
  /** How far the step is. Shown on terminals only: logs want results, not motion. */
  detail(text: string): void;
  /** What silence from now on means. Shown in logs only, in place of the last step, which may be long over. */
  waiting(text: string): void;
  /** Nothing more comes in that lane. */
  ended(lane: string): void;
  /** Ends the line. */
  done(): void;
};

export type ProgressDeps = {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly nowMs: () => number;
};

const redrawMs = 200;
/** Whoever reads a log of a job takes more silence for a hang, and some runners end it. */
const longestSilenceMs = 5000;
const lookMs = 1000;

/** Lines look like `  12.3 s  Building the in-memory OS`. Times are seconds since `startProgress`. */
export function startProgress(deps: ProgressDeps): Progress {
  return deps.isTerminal ? onTerminal(deps) : inLog(deps);
}

function secondsSince(startMs: number, nowMs: number): string {
  return `${((nowMs - startMs) / 1000).toFixed(1).padStart(7)} s`;
}

function onTerminal({ write, nowMs }: ProgressDeps): Progress {
  const startMs = nowMs();
  let current: { name: string; detail: string } | undefined;
  const line = (): string => {
    const seconds = secondsSince(startMs, nowMs());
    return `${seconds}  ${current?.name ?? ""}${current?.detail ? `: ${oneLine(current.detail)}` : ""}`;
  };
  const redraw = (): void => write(`\r\u001b[K${line().slice(0, 160)}`);
  const ticker = setInterval(() => current && redraw(), redrawMs);
  ticker.unref();
  const finish = (): void => {
    if (current !== undefined) write("\n");
    current = undefined;
  };
  const show = (text: string): void => {
    if (current === undefined) return;
    current.detail = text;
    redraw();
  };
  return {
    step(name, lane) {
      // Two lanes share the one line.
      if (lane !== undefined) return show(name);
      finish();
      current = { name, detail: "" };
      redraw();
    },
    detail: show,
    waiting: () => undefined,
    ended: () => undefined,
    done() {
      finish();
      clearInterval(ticker);
    },
  };
}

function inLog({ write, nowMs }: ProgressDeps): Progress {
  const startMs = nowMs();
  let lastMs = startMs;
  const lanes = new Map<string, string>();
  let awaited: string | undefined;
  const say = (text: string): void => {
    lastMs = nowMs();
    write(`${secondsSince(startMs, lastMs)}  ${oneLine(text)}\n`);
  };
  const ticker = setInterval(() => {
    const isDue = nowMs() - lastMs + lookMs > longestSilenceMs;
    const named = [...lanes].filter(([lane]) => lane !== "" || lanes.size === 1).map(([, name]) => name);
    if (isDue && named.length > 0) say(`still: ${awaited ?? named.join("; ")}`);
  }, lookMs);
  ticker.unref();
  return {
    step(name, lane = "") {
      if (lane === "") lanes.clear();
      lanes.set(lane, name);
      say(name);
    },
    detail: () => undefined,
    waiting(text) {
      awaited = text;
    },
    ended: (lane) => void lanes.delete(lane),
    done() {
      lanes.clear();
      clearInterval(ticker);
    },
  };
}
