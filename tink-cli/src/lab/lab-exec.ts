// tink lab exec: a program on a lab's network, in the user's own terminal and folder.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { labExecCommand } from "@neverland/lab";
import type { CliContext } from "../context.ts";
import { checkout } from "../own-command.ts";

/** Ctrl-C is for the program, which has it from the terminal: what joins the lab goes on until the program has ended. */
const leavesCtrlC = ["-c", `trap '' INT QUIT; exec "$@"`, "sh"];
const takesCtrlC = ["env", "--default-signal=INT,QUIT", "--"];

/** With this tink first in its path, and the lab's server as kubectl's; its exit code becomes ours. @throws {LabError} `no-lab` */
export async function labExec(dir: string, argv: readonly string[], context: CliContext): Promise<void> {
  const command = await labExecCommand(dir, [...takesCtrlC, ...argv]);
  const kubeconfig = join(dir, "data/kubeconfig");
  const env = {
    ...context.env,
    PATH: [checkout, context.env.PATH].join(delimiter),
    ...(existsSync(kubeconfig) && { KUBECONFIG: kubeconfig }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn("sh", [...leavesCtrlC, ...command], { stdio: "inherit", env })
    .once("error", reject)
    .once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  const end = (): void => {
    if (!(context.isTerminal && nameOf(context.signal) === "SIGINT")) child.kill("SIGTERM");
  };
  context.signal.addEventListener("abort", end, { once: true });
  context.setExitCode(await promise.finally(() => context.signal.removeEventListener("abort", end)));
}

function nameOf({ reason }: AbortSignal): string | undefined {
  return reason instanceof DOMException ? reason.message : undefined;
}
