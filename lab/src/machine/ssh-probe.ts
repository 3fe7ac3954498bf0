// Waits until a machine lets its owner in: first until its system answers at all, then for a login by key with the host's own ssh.
import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Patience, within } from "../deadline.ts";
import { LabError, reasonOf } from "../lab-error.ts";
import { runShortProgram } from "../short-program.ts";

export interface SshTarget {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  readonly user: string;
  /** A private key file, mode 0600. */
  readonly keyFile: string;
}

const retryEveryMs = 100;
/** A packet that was sent before the machine's system ran is lost; sent anew each second, one arrives soon after. */
const connectTimeoutMs = 1_000;
const loginTimeoutMs = 30_000;

/**
 * Logs in and runs `command`, again and again until it works: a server that listens may still lack the user, whom cloud-init
 * makes at about the same time.
 * @returns What `command` wrote.
 * @throws {LabError} `timeout` with the last refusal, `aborted`.
 */
export async function waitForSsh(target: SshTarget, command: string, patience: Patience): Promise<string> {
  let last = "nothing was tried";
  try {
    return await within(`an SSH login as ${target.user} at ${target.host}`, patience, async (signal) => {
      for (let isThere = false; ; ) {
        try {
          if (!isThere) isThere = await answers(target.host, target.port ?? 22, signal);
          return await runShortProgram(["ssh", ...sshArguments(target, command)], {
            signal,
            timeoutMs: loginTimeoutMs,
          });
        } catch (error) {
          if (error instanceof LabError && error.code === "program-missing") throw error;
          if (!signal.aborted) last = reasonOf(error); // an attempt cut off by the deadline tells nothing
        }
        await pause(retryEveryMs, undefined, { signal });
      }
    });
  } catch (cause) {
    if (cause instanceof LabError && cause.code === "timeout")
      throw new LabError("timeout", `${cause.message}; the last answer was: ${last}`, { cause });
    throw cause;
  }
}

/** A lab machine is new each time, so its host key is taken as it comes; no file or agent of the user is read. */
function sshArguments(target: SshTarget, command: string): string[] {
  const settings = [
    "BatchMode=yes",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "PreferredAuthentications=publickey",
    "ConnectTimeout=15",
    "LogLevel=ERROR",
  ];
  return [
    ...["-F", "none", "-T", "-i", target.keyFile, "-p", String(target.port ?? 22)],
    ...settings.flatMap((setting) => ["-o", setting]),
    ...["-l", target.user, target.host, "--", command],
  ];
}

/** Whether a system is there, whatever it says of the port: asking an SSH server itself would cost a slow machine a process. */
function answers(host: string, port: number, signal: AbortSignal): Promise<true> {
  return within(`an answer of ${host}`, { signal, timeoutMs: connectTimeoutMs }, (abort) => {
    const answer = Promise.withResolvers<true>();
    const socket = createConnection({ host, port, signal: abort });
    socket.once("connect", () => answer.resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") answer.resolve(true);
      else answer.reject(error);
    });
    return answer.promise.finally(() => socket.destroy());
  });
}
