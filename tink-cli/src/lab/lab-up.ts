// tink lab up: the server on a lab's network, with what machines boot, and a way in to it from outside of the lab.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { forwardFromHost, labApiPort, labApiSocket, labExecCommand } from "@neverland/lab";
import { ensureDemoArtifacts } from "../artifacts.ts";
import { CliError } from "../cli-error.ts";
import { findConnection } from "../connection/connection.ts";
import type { CliContext } from "../context.ts";
import { announceDemo } from "../demo/announce.ts";
import { demoNetwork } from "../demo/demo-machine.ts";
import { endText, startServerProcess } from "../demo/server-process.ts";
import { startProgress } from "../output/progress.ts";

export type LabUp = {
  readonly dir: string;
  /** More flags of `tink up`. */
  readonly args: readonly string[];
};

/**
 * Goes on until the user ends it, or the server ends.
 * @param ready Called with the flags by which `tink` finds this server, when it takes requests. @throws {LabError} `no-lab`
 */
export async function labUp(
  { dir, args }: LabUp,
  context: CliContext,
  ready: (flags: readonly string[]) => void,
): Promise<void> {
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  const dataDir = join(dir, "data");
  const log = join(dir, "server.log");
  try {
    const { hookDir, filesDir } = await ensureDemoArtifacts([bootLoaders], context, progress);
    progress.step("Starting tink up");
    const flags = [
      ...["--data-dir", dataDir, "--interface", "br0", "--boot-listen", demoNetwork.serverAddress],
      ...["--api-listen", `127.0.0.1:${labApiPort}`, "--hook-dir", hookDir, "--files-dir", filesDir, ...args],
    ];
    const inLab = (argv: readonly string[]): Promise<string[]> => labExecCommand(dir, argv);
    const server = await startServerProcess(flags, log, context.signal, inLab);
    progress.done();
    await untilEnded(server, { dir, dataDir, log }, context, ready);
  } finally {
    progress.done();
  }
}

/** What `tink up` hands to machines. */
const bootLoaders = { package: "ipxe", purpose: "the boot loader that machines are given" };

async function untilEnded(
  process: Awaited<ReturnType<typeof startServerProcess>>,
  { dir, dataDir, log }: { readonly dir: string; readonly dataDir: string; readonly log: string },
  context: CliContext,
  ready: (flags: readonly string[]) => void,
): Promise<void> {
  const { signal } = context;
  const end = (): void => void process.stop();
  signal.addEventListener("abort", end, { once: true });
  const api = await openApi(dir);
  const inside = await findConnection({ dataDir }, {}, true);
  const server = `${new URL(inside.server).protocol}//127.0.0.1:${api.port}`;
  const { flags, withdraw, kubeconfig } = await announceDemo(dir, { ...inside, server }, context);
  try {
    ready(flags);
    const code = await process.exited;
    if (!signal.aborted) throw new CliError("failed", `tink up has ended: ${endText(code)}; its log: ${log}`);
  } finally {
    await withdraw();
    await rm(kubeconfig, { force: true });
    await api.close();
    signal.removeEventListener("abort", end);
  }
}

/** By the same port as inside, where it is free: then a kubeconfig is good on both sides. */
async function openApi(dir: string): ReturnType<typeof forwardFromHost> {
  const socket = join(dir, labApiSocket);
  return await forwardFromHost(labApiPort, socket).catch(() => forwardFromHost(0, socket));
}
