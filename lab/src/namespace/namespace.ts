// Runs a program in a network of its own that dies with it, as root or as an ordinary user.
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { LabError, reasonOf } from "../lab-error.ts";
import { runShortProgram } from "../short-program.ts";
import { labNamespaceMark, namespaceCommand } from "./namespace-command.ts";

export interface LabNamespaceOptions {
  /** Usually our own node and a script. */
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Default: whether we are root. */
  readonly asRoot?: boolean;
  /** Ends the program: SIGTERM first, SIGKILL to all inside after `graceMs`. */
  readonly signal: AbortSignal;
  /** Default 10 s. */
  readonly graceMs?: number;
  /** As for `spawn`. Default `inherit`. */
  readonly stdio?: "inherit" | "ignore" | "pipe" | readonly ("inherit" | "ignore" | "pipe" | number)[];
  /** Default true. False only for a lab that is meant to outlive its caller. */
  readonly dieWithParent?: boolean;
}

export interface LabNamespace {
  readonly child: ChildProcess;
  /** The first process inside, as numbered outside; for `joinCommand`. */
  innerPid(): Promise<number>;
  /** The program's end; a code of 128 + N stands for signal N, as in a shell. */
  readonly exitCode: Promise<number>;
}

/** @throws {LabError} `namespace-refused` with the remedy, when the kernel or a policy of this machine forbids it. */
export async function runInLabNamespace(options: LabNamespaceOptions): Promise<LabNamespace> {
  const asRoot = options.asRoot ?? process.getuid?.() === 0;
  await requireLabNamespace(asRoot);
  const dieWithParent = options.dieWithParent ?? true;
  const [program = "", ...args] = namespaceCommand(options.argv, { asRoot, dieWithParent });
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env, [labNamespaceMark]: "1" },
    stdio: typeof options.stdio === "object" ? [...options.stdio] : (options.stdio ?? "inherit"),
    detached: !dieWithParent,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const exit = Promise.withResolvers<number>();
  child.once("error", (cause) =>
    exit.reject(
      new LabError("program-missing", `cannot start ${program}: ${cause.message}; install the package util-linux`, {
        cause,
      }),
    ),
  );
  child.once("exit", (code, signal) => exit.resolve(code ?? 128 + signalNumber(signal)));
  exit.promise.catch(() => undefined);
  const end = (): void => void endInOrder(child, options.graceMs ?? 10_000);
  if (options.signal.aborted) end();
  options.signal.addEventListener("abort", end, { once: true });
  const exitCode = exit.promise.finally(() => options.signal.removeEventListener("abort", end));
  return { child, exitCode, innerPid: () => innerPidOf(child) };
}

/** Whether this process was started by `runInLabNamespace`. */
export function insideLabNamespace(env: NodeJS.ProcessEnv = process.env): boolean {
  return env[labNamespaceMark] === "1";
}

/**
 * Whether `runInLabNamespace` would work here, asked of the kernel itself.
 * @throws {LabError} `namespace-refused` with the remedy.
 */
export async function requireLabNamespace(asRoot: boolean = process.getuid?.() === 0): Promise<void> {
  const user = asRoot ? [] : ["--user", "--map-root-user"];
  try {
    await runShortProgram(["unshare", ...user, "--net", "--pid", "--mount", "--fork", "--mount-proc", "true"]);
  } catch (cause) {
    if (cause instanceof LabError && cause.code === "program-missing") throw cause;
    const remedy = asRoot
      ? "root lacks CAP_SYS_ADMIN here, as in a container; run it on the machine itself"
      : await userNamespaceRemedy();
    throw new LabError(
      "namespace-refused",
      `this machine refuses a lab its own network namespace (${reasonOf(cause)}): ${remedy}`,
      { cause },
    );
  }
}

const switches: readonly { path: string; forbids: string; remedy: string }[] = [
  {
    path: "/proc/sys/kernel/unprivileged_userns_clone",
    forbids: "0",
    remedy: "sysctl kernel.unprivileged_userns_clone=1",
  },
  { path: "/proc/sys/user/max_user_namespaces", forbids: "0", remedy: "sysctl user.max_user_namespaces=10000" },
  {
    path: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    forbids: "1",
    remedy: "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
  },
];

/** The switch that forbids user namespaces, with the line that turns it. */
export async function userNamespaceRemedy(
  read: (path: string) => Promise<string> = (path) => readFile(path, "utf8"),
): Promise<string> {
  for (const { path, forbids, remedy } of switches) {
    const value = await read(path).catch(() => "");
    if (value.trim() === forbids) return `${path} is ${forbids}; as root: ${remedy} (or run this as root)`;
  }
  return "no known switch is off, so it may be a container's policy or a masked /proc; run this as root, or outside of the container";
}

/** `unshare` keeps SIGTERM from itself, so the program inside is told, and only then all are killed. */
async function endInOrder(child: ChildProcess, graceMs: number): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await innerPidOf(child)
    .then((pid) => process.kill(pid, "SIGTERM"))
    .catch(() => undefined);
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  if (child.exitCode !== null || child.signalCode !== null) return clearTimeout(timer);
  await gone;
  clearTimeout(timer);
}

async function innerPidOf(child: ChildProcess): Promise<number> {
  // The child forks once its namespaces stand, a few milliseconds after its start.
  for (let waitedMs = 0; waitedMs < 2000 && child.exitCode === null; waitedMs += 10) {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").catch(() => "");
    const pid = Number(children.trim().split(" ")[0]);
    if (pid > 0) return pid;
    await pause(10);
  }
  throw new LabError(
    "not-running",
    "the lab's namespace has no process inside: its program has ended or never started",
  );
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === "SIGINT" ? 2 : signal === "SIGTERM" ? 15 : 9;
}
