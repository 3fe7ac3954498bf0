// kexec: loads the installed kernel, and starts it at once unless our worker does that after it reported the success.
import { open, rm } from "node:fs/promises";
import { runProgram } from "@neverland/debian";
import { ActionError } from "../program/action-error.ts";
import { mountPoint, withMount } from "../program/mount.ts";
import { runAction } from "../program/run-action.ts";
import { type BootFiles, findBootFiles } from "./boot-files.ts";
import { readSettings } from "./settings.ts";

/** Several initrds become one: the kernel reads archives that follow each other. */
const joinedInitrd = "/tmp/initrd";

void runAction("kexec", async ({ environment, log, signal }) => {
  const settings = readSettings(environment);
  const mount = { source: settings.device, target: mountPoint, fsType: settings.fsType, options: ["ro"] };
  await withMount(mount, { log, signal }, async () => {
    const files = await findBootFiles(mountPoint, settings);
    await load(files, signal);
    log.info("the kernel is loaded", { kernel: files.kernel, commandLine: files.commandLine });
  });
  if (settings.isWorkerOurs) {
    log.info("the worker starts it when this action is reported");
    return;
  }
  await runProgram(["sync"], { signal });
  await runProgram(["kexec", "-e"], { signal }).catch((cause: unknown) => {
    const hint = "The container must be privileged and share the host's process ids (pid: host)";
    throw new ActionError("command", `The loaded kernel could not be started. ${hint}`, { cause });
  });
});

async function load({ kernel, initrds, commandLine }: BootFiles, signal: AbortSignal): Promise<void> {
  const [first, second] = initrds;
  const initrd = second === undefined ? first : await joinFiles(initrds);
  const initrdArgs = initrd === undefined ? [] : [`--initrd=${initrd}`];
  try {
    await runProgram(["kexec", "-s", "-l", kernel, ...initrdArgs, `--command-line=${commandLine}`], { signal });
  } catch (cause) {
    const hint = "It must be an x86-64 Linux kernel, signed where the running kernel insists on that";
    throw new ActionError("command", `${kernel} could not be loaded. ${hint}`, { cause });
  } finally {
    await rm(joinedInitrd, { force: true });
  }
}

async function joinFiles(files: readonly string[]): Promise<string> {
  const joined = await open(joinedInitrd, "w");
  try {
    for (const file of files) {
      const source = await open(file);
      await joined.writeFile(source.createReadStream());
    }
  } finally {
    await joined.close();
  }
  return joinedInitrd;
}
