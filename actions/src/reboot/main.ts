// reboot: asks the worker to restart the machine once this action's success is reported. A command, if given, is run instead.
import { access, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ActionError } from "../program/action-error.ts";
import { runAction } from "../program/run-action.ts";
import { runCommand } from "../program/run-command.ts";

/** The worker, and upstream's in-memory OS, look for this file. */
const flag = "/worker/reboot";

void runAction("reboot", async ({ args: [program, ...args], log, signal }) => {
  if (program !== undefined) {
    await runCommand([program, ...args], { root: undefined, signal, exitCode: 1 });
    return;
  }
  await access(dirname(flag)).catch((cause: unknown) => {
    const sentence = `${dirname(flag)} is not there: give this action the volume /worker:/worker`;
    throw new ActionError("filesystem", sentence, { cause });
  });
  await writeFile(flag, "");
  log.info("the machine will restart when this action is reported", { flag });
});
