// The half of the demo on the host: brings what is missing, builds what is not cached, starts the half inside the lab.
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { makeWorkFolder } from "@neverland/hook/work-folder";
import {
  type AcceleratorWish,
  chooseAccelerator,
  forwardFromHost,
  labDebianPackages,
  requireLabNamespace,
  runInLabNamespace,
} from "@neverland/lab";
import { ensureDemoArtifacts } from "../artifacts.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import type { CliContext } from "../context.ts";
import { type Progress, startProgress } from "../output/progress.ts";
import { type Announced, announceDemo } from "./announce.ts";
import type { Firmware } from "./demo-machine.ts";
import { type DemoOrder, type DemoResult, forwardSockets } from "./demo-run.ts";

export type DemoOptions = {
  readonly firmware: Firmware;
  readonly accel: AcceleratorWish;
  readonly memory: number;
  readonly keep: boolean;
};

/** What `tink up` hands to machines. */
const serverPackages = [{ package: "ipxe", purpose: "the boot loader that machines are given" }];

/** What a demo that is kept can be reached by, from the host. */
export type KeptDemo = Omit<Announced, "withdraw"> & { readonly sshPort: number };

/** Calls `installed` when the machine has let us in; with `keep`, resolves only when the user ends it. */
export async function runDemo(
  options: DemoOptions,
  context: CliContext,
  installed: (result: DemoResult, kept: KeptDemo | undefined) => void,
): Promise<void> {
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  try {
    // Before minutes of building, not after them.
    await requireLabNamespace();
    const artifacts = await ensureDemoArtifacts([...labDebianPackages, ...serverPackages], context, progress);
    const accelerator = await pickAccelerator(options.accel, progress, context);
    progress.done();
    await runWith({ ...artifacts, accelerator }, options, context, installed);
  } catch (error) {
    progress.done();
    // Whatever broke off because it was to.
    if (!context.signal.aborted) throw error;
    throw new CliError("interrupted", "Interrupted before the machine was installed.", { cause: error });
  }
}

async function runWith(
  made: Pick<DemoOrder, "hookDir" | "filesDir" | "accelerator">,
  options: DemoOptions,
  context: CliContext,
  installed: (result: DemoResult, kept: KeptDemo | undefined) => void,
): Promise<void> {
  // Short, since unix sockets live in it; of the user alone, since the key and the token do too.
  const dir = await makeWorkFolder(tmpdir(), "tink-demo");
  try {
    const order: DemoOrder = {
      dir,
      ...made,
      firmware: options.firmware,
      memoryMiB: options.memory,
      keep: options.keep,
      isTerminal: context.isTerminal,
    };
    await runInside(order, context, installed);
    await rm(dir, { recursive: true, force: true });
  } catch (error) {
    if (context.signal.aborted) await rm(dir, { recursive: true, force: true });
    else
      context.stderr(
        `What happened is in ${await keep(dir)}: server.log, and the machine's serial log and packets under rack/.\n`,
      );
    throw error;
  }
}

/** Under a name by which no later demo takes it for abandoned. */
async function keep(dir: string): Promise<string> {
  const kept = await mkdtemp(join(tmpdir(), "tink-demo-failed-"));
  await rename(dir, kept);
  return kept;
}

async function pickAccelerator(
  wish: AcceleratorWish,
  progress: Progress,
  context: CliContext,
): Promise<DemoOrder["accelerator"]> {
  progress.step("Choosing how the machine's processor is run");
  const { accelerator, reason } = await chooseAccelerator(
    wish,
    { cacheDir: defaultCacheDir(context.env) },
    context.signal,
  );
  progress.detail(reason);
  return accelerator;
}

async function runInside(
  order: DemoOrder,
  context: CliContext,
  installed: (result: DemoResult, kept: KeptDemo | undefined) => void,
): Promise<void> {
  const script = join(import.meta.dirname, "inside-lab.ts");
  const argv = [process.execPath, ...process.execArgv, script, JSON.stringify(order)];
  const inside = await runInLabNamespace({ argv, signal: context.signal, stdio: ["ignore", "pipe", "inherit"] });
  let wasTold = false;
  const closers: (() => Promise<void>)[] = [];
  if (inside.child.stdout === null) throw new CliError("failed", "The demo's inner half has no standard output.");
  for await (const line of createInterface(inside.child.stdout)) {
    const result = readResult(line);
    if (result === undefined) break;
    wasTold = true;
    installed(result, order.keep ? await openDoors(order, result, context, closers) : undefined);
  }
  const code = await inside.exitCode;
  for (const close of closers) await close();
  if (!wasTold) {
    const how = code > 128 ? `was killed (signal ${code - 128})` : `ended with exit code ${code}`;
    throw new CliError(
      "failed",
      `The part of the demo that is inside its network ${how} before the machine was installed.`,
    );
  }
  if (code !== 0 && !context.signal.aborted) context.setExitCode(exitCodes.failed);
}

/** Undefined for half a line, of a half that was killed. */
function readResult(line: string): DemoResult | undefined {
  try {
    return JSON.parse(line) as DemoResult;
  } catch {
    return undefined;
  }
}

/** Lets the host in: SSH and the API on loopback, and a kubeconfig where tink finds it by itself. */
async function openDoors(
  order: DemoOrder,
  { token, authority }: DemoResult,
  context: CliContext,
  closers: (() => Promise<void>)[],
): Promise<KeptDemo> {
  const api = await forwardFromHost(0, join(order.dir, forwardSockets.api));
  const ssh = await forwardFromHost(0, join(order.dir, forwardSockets.ssh));
  closers.push(api.close, ssh.close);
  const { withdraw, ...doors } = await announceDemo(
    order.dir,
    { server: `https://127.0.0.1:${api.port}`, token, authority },
    context,
  );
  closers.push(withdraw);
  return { sshPort: ssh.port, ...doors };
}
