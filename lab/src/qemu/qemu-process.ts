// One run of QEMU, from spawn to exit: its QMP connection, its serial port, and what it said when it died.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { Patience } from "../deadline.ts";
import { LabError } from "../lab-error.ts";
import { linkFd, qmpFd } from "./qemu-command.ts";
import { QmpClient } from "./qmp.ts";

export interface QemuStart {
  /** For the sentences of errors. */
  readonly machine: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Inherited as `linkFd`. */
  readonly inheritFd: number | undefined;
  readonly onSerial: (chunk: Buffer) => void;
}

export interface QemuExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what QEMU wrote to stderr. */
  readonly stderr: string;
}

export interface QemuProcess {
  readonly pid: number;
  readonly qmp: QmpClient;
  readonly serialInput: Writable;
  readonly exited: Promise<QemuExit>;
  kill(): void;
}

const stderrKeptChars = 8192;

/** Resolves once QMP answers. @throws {LabError} `program-missing`, or `qemu-died` with QEMU's own words. */
export async function startQemu(start: QemuStart, patience: Patience): Promise<QemuProcess> {
  const stdio: StdioOptions = ["pipe", "pipe", "pipe"];
  stdio[qmpFd] = "pipe";
  if (start.inheritFd !== undefined) stdio[linkFd] = start.inheritFd;
  // A session of its own: Ctrl-C at the terminal is for the lab, which then ends its machines in order.
  const child = spawn(start.program, [...start.args], { stdio, detached: true });
  const exited = watchExit(child, start);
  const [serialInput, serialOutput, , socket] = child.stdio;
  if (serialInput === null || serialOutput === null || !(socket instanceof Duplex))
    throw new Error("spawn gave no pipes");
  serialInput.on("error", () => undefined); // typed into a machine that has just gone
  serialOutput.on("data", start.onSerial);
  const qmp = new QmpClient(socket);
  const died = exited.then((exit) => Promise.reject(diedError(start.machine, exit)));
  died.catch(() => undefined);
  try {
    await Promise.race([qmp.ready(patience).catch((error) => Promise.race([died, rejectSoon(error)])), died]);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return { pid: child.pid ?? 0, qmp, serialInput, exited, kill: () => void child.kill("SIGKILL") };
}

export function diedError(machine: string, exit: QemuExit): LabError {
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const words = exit.stderr.trim() || "it said nothing";
  return new LabError(
    "qemu-died",
    `QEMU of machine ${machine} died (${how}): ${words}. Its command line is in qemu-command.txt of the machine's folder`,
  );
}

// The socket closes a moment before the exit is known, and the exit says more.
function rejectSoon(error: unknown): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(reject, 500, error));
}

function watchExit(child: ChildProcess, start: QemuStart): Promise<QemuExit> {
  const stderr = keepEnd(child.stderr);
  const exited = Promise.withResolvers<QemuExit>();
  child.once("error", (cause) => {
    exited.reject(
      new LabError(
        "program-missing",
        `cannot start ${start.program} for machine ${start.machine}: ${cause.message}; install the package qemu-system-x86`,
        { cause },
      ),
    );
  });
  // `close`, not `exit`: all of stderr has been read by then.
  child.once("close", (code, signal) => exited.resolve({ code, signal, stderr: stderr() }));
  exited.promise.catch(() => undefined);
  return exited.promise;
}

function keepEnd(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-stderrKeptChars);
  });
  return () => text;
}
