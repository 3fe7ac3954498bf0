// A network of its own for one test: a namespace with a bridge for the server, and more of them for clients. Nothing of
// the host's network is touched; all of it is gone when the process that holds it ends, in whatever way.
import { type ChildProcessByStdio, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** How a program gets into a namespace, whoever made it. */
export interface Entrance {
  /** The words before a command that run it inside. */
  readonly enter: readonly string[];
}

export interface Namespace extends Entrance {
  readonly pid: number;
  close(): Promise<void>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `setup` (shell lines) in a new namespace and keeps it until closed. Root is not needed where user namespaces are on.
 * @param within Links can be moved from one namespace to another that was made within it.
 */
export async function openNamespace(setup: string, within?: Namespace): Promise<Namespace> {
  const isRoot = process.getuid?.() === 0;
  const unshare = [...(within?.enter ?? []), "unshare", isRoot || within !== undefined ? "-n" : "-rn"];
  const script = `set -e; ip link set lo up; ${setup}; echo ready; exec cat >/dev/null`;
  const [program = "", ...args] = [...unshare, "sh", "-c", script];
  const holder = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ready = await Promise.race([once(holder.stdout, "data"), once(holder, "exit").then(() => undefined)]);
  if (ready === undefined || holder.pid === undefined)
    throw new Error(`a network namespace could not be made: ${setup}`);
  const ofUser = isRoot ? [] : ["-U", "--preserve-credentials"];
  return {
    enter: ["nsenter", "-t", String(holder.pid), ...ofUser, "-n"],
    pid: holder.pid,
    async close() {
      const ended = once(holder, "exit");
      holder.stdin.end();
      await ended;
    },
  };
}

/** Starts a command inside. It is killed when this process ends without having ended it. */
export function spawnInside(
  { enter }: Entrance,
  command: readonly string[],
  options: SpawnOptions = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  // After the entering, which into a user namespace clears the signal.
  const [program = "", ...args] = [...enter, "setpriv", "--pdeathsig", "KILL", "--", ...command];
  return spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs a command inside to its end; kills it after `timeoutMs`. */
export async function runInside(
  namespace: Entrance,
  command: readonly string[],
  timeoutMs = 20_000,
): Promise<CommandResult> {
  const child = spawnInside(namespace, command, { timeout: timeoutMs });
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, stdout, stderr }; // Node's own type of the event is any[]
}

/** Resolves once a running command has written the text; rejects when it ends without. */
export function untilSaid(stream: Readable, text: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    stream.on("data", (part: Buffer) => {
      said += part.toString("latin1");
      if (text.test(said)) resolve();
    });
    stream.once("close", () => reject(new Error(`${text} was never said: ${said}`)));
  });
}

async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer); // no encoding is set
  return Buffer.concat(parts).toString("latin1");
}
