// A program that runs until it is told to end.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export type Program = {
  /** The end of what it wrote. */
  said(): string;
  end(): Promise<void>;
};

const keptChars = 4000;
/** After it, what does not end is killed. */
const endWithinMs = 20_000;

export function startProgram(program: string, flags: { readonly [name: string]: string }): Program {
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const keep = (text: string): void => {
    said = (said + text).slice(-keptChars);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  child.on("error", (error) => keep(`${program}: ${error.message}\n`));
  return { said: () => said, end: () => endOf(child) };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killing = setTimeout(() => child.kill("SIGKILL"), endWithinMs);
  await ended;
  clearTimeout(killing);
}
