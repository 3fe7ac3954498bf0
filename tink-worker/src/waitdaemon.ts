// What to run where a template names waitdaemon, which has Docker start another image once its own success was reported. There is no Docker here, and
// no need: this worker goes down after the report by itself, when an action has loaded a kernel or asked for a restart.
import type { Action } from "./action.ts";
import { WorkerError } from "./worker-error.ts";

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
  if (
    nameOf(image) === "reboot" ||
    [action.command[0], action.command.at(-1)].some((word) => nameOf(word) === "reboot")
  )
    return { ...action, image: rebootImage, command: [], environment: [], volumes: ["/worker:/worker"] };
  throw new WorkerError(
    "bad-action",
    `waitdaemon cannot start ${image || "an image that IMAGE does not name"} here, where there is no Docker: it can restart the machine (command: ["reboot"]) and start its kernel (IMAGE: quay.io/tinkerbell/actions/kexec). Give the action the image itself where it need not wait for the report.`,
  );
}

/** `kexec` of `quay.io/tinkerbell/actions/kexec:v1@sha256:…`, `reboot` of `/sbin/reboot`. */
function nameOf(reference = ""): string {
  return reference.split("@")[0]?.split("/").at(-1)?.split(":")[0] ?? "";
}

function isSocket(volume: string): boolean {
  return (volume.split(":")[0] ?? "").endsWith(".sock");
}
