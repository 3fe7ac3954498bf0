// What to run where a template names waitdaemon, which has Docker start another image once its own success was reported. There is no Docker here, and
// no need: this worker goes down after the report by itself, when an action has loaded a kernel or asked for a restart.
import type { Action } from "./action.ts";
import { WorkerError } from "./worker-error.ts";

const shells = new Set(["sh", "ash", "bash", "dash"]);
const runners = new Set(["busybox", "chroot", "exec", "nohup", "nsenter", "sudo"]);
const rebootImage = "tinkerbell/actions/reboot:latest";

/**
 * Any other action is returned as it is.
 * @throws {WorkerError} `bad-action` for what is neither kexec nor a restart: run now, it might end the machine before the report.
 */
export function inPlaceOfWaitdaemon(action: Action): Action {
  if (nameOf(action.image) !== "waitdaemon") return action;
  const image = action.environment.find((each) => each.startsWith("IMAGE="))?.slice("IMAGE=".length) ?? "";
  if (nameOf(image) === "kexec") {
    const environment = action.environment.filter((each) => !/^(IMAGE|WAIT_SECONDS)=/.test(each));
    return { ...action, image, environment, volumes: action.volumes.filter((each) => !isSocket(each)) };
  }
  if (nameOf(image) === "reboot" || isReboot(action.command))
    return { ...action, image: rebootImage, command: [], environment: [], volumes: ["/worker:/worker"] };
  throw new WorkerError(
    "bad-action",
    `waitdaemon cannot start ${image || "an image that IMAGE does not name"} here, where there is no Docker: it can restart the machine (command: ["reboot"]) and start its kernel (IMAGE: quay.io/tinkerbell/actions/kexec). Give the action the image itself where it need not wait for the report.`,
  );
}

/** The program, what a shell runs last, or what another program is to run. */
function isReboot([program, ...words]: readonly string[]): boolean {
  const name = nameOf(program);
  if (!shells.has(name)) return name === "reboot" || (runners.has(name) && isReboot(wordsRun(words)));
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at >= 0 && isReboot(lastCommand(words[at + 1] ?? ""));
}

/** Of those that have arguments of their own, such as a process or a folder: what is named last, but for its options. */
function wordsRun(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith("-")).slice(-1);
}

/** What is in quotes is a word of a command, whatever is in it. */
function lastCommand(script: string): string[] {
  const commands = script.replace(/'[^']*'|"[^"]*"/g, "_").split(/[;&|\n(){}]/);
  return (commands.findLast((command) => command.trim() !== "") ?? "").trim().split(/\s+/);
}

/** `kexec` of `quay.io/tinkerbell/actions/kexec:v1@sha256:…`, `reboot` of `/sbin/reboot`. */
function nameOf(reference = ""): string {
  return reference.split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? "";
}

function isSocket(volume: string): boolean {
  return (volume.split(":")[0] ?? "").endsWith(".sock");
}
