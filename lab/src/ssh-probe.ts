// Waits until a machine lets its owner in: first the server's banner, then a login by key with the system's own ssh.
import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Patience, within } from "./deadline.ts";
import { LabError, reasonOf } from "./lab-error.ts";
import { runShortProgram } from "./short-program.ts";

export interface SshTarget {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  readonly user: string;
  /** A private key file, mode 0600. */
  readonly keyFile: string;
}

const retryEveryMs = 100;
const bannerTimeoutMs = 1_000;
const loginTimeoutMs = 30_000;

/**
 * Waits for the banner, then logs in and runs `command`, again and again until it works: a server that greets may
 * still lack the user, whom cloud-init makes at about the same time.
 * @returns What `command` wrote.
 * @throws {LabError} `timeout` with the last refusal, `aborted`.
 */
export async function waitForSsh(target: SshTarget, command: string, patience: Patience): Promise<string> {
  let last = "nothing was tried";
  try {
    return await within(`an SSH login as ${target.user} at ${target.host}`, patience, async (signal) => {
      for (;;) {
        try {
          await readBanner(target.host, target.port ?? 22, signal);
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
    "ConnectTimeout=5",
    "LogLevel=ERROR",
  ];
  return [
    ...["-F", "none", "-T", "-i", target.keyFile, "-p", String(target.port ?? 22)],
    ...settings.flatMap((setting) => ["-o", setting]),
    ...["-l", target.user, target.host, "--", command],
  ];
}

/** @returns The banner, as `SSH-2.0-OpenSSH_9.2` (RFC 4253 §4.2). @throws When there is none within a second. */
function readBanner(host: string, port: number, signal: AbortSignal): Promise<string> {
  return within(`an SSH banner from ${host} port ${port}`, { signal, timeoutMs: bannerTimeoutMs }, (abort) => {
    const banner = Promise.withResolvers<string>();
    const socket = createConnection({ host, port, signal: abort });
    socket.once("data", (chunk: Buffer) => {
      const line = chunk.toString("latin1", 0, 255).split("\r\n")[0] ?? "";
      if (line.startsWith("SSH-")) banner.resolve(line);
      else banner.reject(new LabError("bad-spec", `${host} port ${port} answers, but not as an SSH server`));
    });
    socket.once("error", (error) => banner.reject(error));
    socket.once("close", () => banner.reject(new LabError("not-running", `${host} port ${port} hung up`)));
    return banner.promise.finally(() => socket.destroy());
  });
}
