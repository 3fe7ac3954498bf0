// Starts, finds and rules a running lab from outside of its namespace.
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Patience, within } from "../deadline.ts";
import { LabError, type LabErrorCode, reasonOf } from "../lab-error.ts";
import { runInLabNamespace } from "../namespace/namespace.ts";
import { joinCommand } from "../namespace/namespace-command.ts";
import type { RackRequest } from "../rack.ts";
import { controlSocketPath, type LabDaemonOptions } from "./lab-daemon.ts";
import type { MachineReport, PowerAction } from "./lab-routes.ts";

export interface RunningLab {
  readonly dir: string;
  list(): Promise<readonly MachineReport[]>;
  /** Adds a machine, switched off. */
  add(machine: RackRequest): Promise<MachineReport>;
  remove(name: string): Promise<void>;
  power(name: string, action: PowerAction): Promise<MachineReport>;
  /** The serial log; with `follow`, for ever. */
  serial(name: string, follow: boolean): Promise<Readable>;
}

const startTimeoutMs = 15_000;
const logName = "lab.log";
const pidName = "lab.pid";

/** Starts a lab in the background. Its own words go to `lab.log` in its folder. @throws {LabError} `daemon-refused` with them. */
export async function startLab(options: LabDaemonOptions, signal: AbortSignal): Promise<RunningLab> {
  await mkdir(options.dir, { recursive: true });
  if (await isRunning(options.dir))
    throw new LabError(
      "daemon-refused",
      `a lab already runs in ${options.dir}; use it, or end it with: tink lab destroy`,
    );
  const log = await open(join(options.dir, logName), "w");
  const program = fileURLToPath(new URL("./lab-daemon-main.ts", import.meta.url));
  const never = new AbortController().signal; // the lab outlives whoever started it
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", program, JSON.stringify(options)];
  const space = await runInLabNamespace({
    argv,
    signal: never,
    stdio: ["ignore", log.fd, log.fd],
    dieWithParent: false,
  });
  await log.close();
  space.child.unref();
  const refused = space.exitCode.then(async (code) => {
    const words = (await readFile(join(options.dir, logName), "utf8")).trim();
    throw new LabError("daemon-refused", `the lab in ${options.dir} did not start (exit code ${code}): ${words}`);
  });
  const lab = await Promise.race([refused, untilItAnswers(options.dir, { signal, timeoutMs: startTimeoutMs })]);
  await writeFile(join(options.dir, pidName), String(await space.innerPid()));
  return lab;
}

/** @throws {LabError} `no-lab` when none answers in this folder. */
export async function openLab(dir: string): Promise<RunningLab> {
  const lab = clientOf(dir);
  await lab.list();
  return lab;
}

/** Powers every machine off and ends the lab. Disks and logs stay. @throws {LabError} `no-lab`. */
export async function destroyLab(dir: string, patience: Patience): Promise<void> {
  (await call(dir, "DELETE", "/")).resume();
  await within(`the end of the lab in ${dir}`, patience, async (signal) => {
    while (await isRunning(dir)) await pause(50, undefined, { signal });
  });
  await rm(join(dir, pidName), { force: true });
}

/** The command line that runs `argv` inside a running lab, with the caller's own terminal. @throws {LabError} `no-lab`. */
export async function labExecCommand(dir: string, argv: readonly string[]): Promise<string[]> {
  await openLab(dir);
  const pid = Number(await readFile(join(dir, pidName), "utf8"));
  return joinCommand(pid, argv, process.getuid?.() === 0, process.cwd());
}

function isRunning(dir: string): Promise<boolean> {
  return openLab(dir).then(
    () => true,
    () => false,
  );
}

async function untilItAnswers(dir: string, patience: Patience): Promise<RunningLab> {
  return within(`the lab in ${dir}`, patience, async (signal) => {
    for (;;) {
      const lab = await openLab(dir).catch(() => undefined);
      if (lab !== undefined) return lab;
      await pause(25, undefined, { signal });
    }
  });
}

function clientOf(dir: string): RunningLab {
  const path = (name: string, part = ""): string => `/machines/${encodeURIComponent(name)}${part}`;
  return {
    dir,
    list: async () => (await json<{ machines: MachineReport[] }>(dir, "GET", "/machines")).machines,
    add: (machine) => json(dir, "POST", "/machines", machine),
    remove: async (name) => void (await call(dir, "DELETE", path(name))).resume(),
    power: (name, action) => json(dir, "POST", path(name, "/power"), { action }),
    serial: (name, follow) => call(dir, "GET", path(name, follow ? "/serial?follow=1" : "/serial")),
  };
}

/** The daemon is our own and of the same version, so its answers are taken at their type. */
async function json<T>(dir: string, method: string, path: string, body?: unknown): Promise<T> {
  return JSON.parse(await textOf(await call(dir, method, path, body)));
}

function call(dir: string, method: string, path: string, body?: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const notRunning = (cause: NodeJS.ErrnoException): void =>
      reject(new LabError("no-lab", `${notThere(dir, cause)}; start one with: tink lab start`, { cause }));
    const ask = request({ socketPath: controlSocketPath(dir), method, path }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else textOf(response).then((text) => reject(refusal(text)), reject);
    });
    ask.once("error", notRunning);
    ask.end(body === undefined ? "" : JSON.stringify(body));
  });
}

/** Without its socket, or with one that a killed lab left, there is no lab; anything else is a lab in trouble. */
function notThere(dir: string, { code = "", message }: NodeJS.ErrnoException): string {
  return ["ENOENT", "ECONNREFUSED"].includes(code) ? `no lab runs in ${dir}` : `no lab answers in ${dir} (${message})`;
}

function refusal(text: string): LabError {
  try {
    const { code, message }: { code: LabErrorCode; message: string } = JSON.parse(text);
    return new LabError(code, message);
  } catch (cause) {
    return new LabError(
      "daemon-refused",
      `the lab's answer makes no sense (${reasonOf(cause)}): ${text.slice(0, 200)}`,
      { cause },
    );
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return text;
}
