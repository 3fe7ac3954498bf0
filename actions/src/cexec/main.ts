// cexec: runs commands with a file system of the machine's disk mounted, or chrooted into it.
import { join } from "node:path";
import { type MountRequest, mountPoint, withMount } from "../program/mount.ts";
import { type ActionContext, runAction } from "../program/run-action.ts";
import { runCommand } from "../program/run-command.ts";
import { commandsOf } from "./command-line.ts";
import { withResolvConf } from "./resolv-conf.ts";
import { exitCodes, readSettings } from "./settings.ts";

type Deps = Pick<ActionContext, "log" | "signal">;

/** What programs of an installed system expect to find. */
const kernelFolders = ["dev", "proc", "sys"] as const;

void runAction("cexec", async ({ environment, args, log, signal }) => {
  const settings = readSettings(environment, args);
  const deps = { log, signal };
  const root = settings.isChroot ? mountPoint : undefined;
  const run = async (): Promise<void> => {
    for (const command of commandsOf(settings.commandLine, settings.interpreter)) {
      log.info("running", { command: command.join(" "), chroot: settings.isChroot });
      await runCommand(command, { root, signal, exitCode: exitCodes.run });
    }
  };
  const inside = settings.isChroot ? async () => await withKernelFolders(kernelFolders, deps, run) : run;
  const withNames = settings.withResolvConf ? async () => await withResolvConf(mountPoint, deps, inside) : inside;
  await withMount({ source: settings.device, target: mountPoint, fsType: settings.fsType }, deps, withNames);
  log.info("the command line is done");
});

async function withKernelFolders(
  [folder, ...others]: readonly string[],
  deps: Deps,
  body: () => Promise<void>,
): Promise<void> {
  if (folder === undefined) return await body();
  const mount: MountRequest = { source: `/${folder}`, target: join(mountPoint, folder), options: ["bind"] };
  await withMount(mount, deps, async () => await withKernelFolders(others, deps, body));
}
