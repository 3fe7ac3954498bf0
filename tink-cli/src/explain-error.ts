// Turns whatever a command threw into what is printed and how tink exits.
import { ApiError } from "@neverland/api/api-error";
import { CliError, exitCodes } from "./cli-error.ts";

/** `text` ends in a newline, or is empty when there is nothing to say. */
export function explainError(error: unknown): { code: number; text: string } {
  if (error instanceof CliError) return { code: exitCodes[error.code], text: `tink: ${error.message}\n` };
  if (error instanceof ApiError) return { code: apiExitCode(error), text: `tink: ${error.message}\n` };
  // The classes of heavy packages are known by their names, so that a failure does not wait for their code.
  if (error instanceof Error && error.name === "MissingPackagesError")
    return { code: exitCodes.unavailable, text: `${error.message}\n` };
  if (error instanceof Error && error.name === "AbortError") return { code: exitCodes.interrupted, text: "" };
  // A program that was run for it was given up with it.
  if (
    error instanceof Error &&
    "code" in error &&
    ["ProgramError aborted", "LabError aborted"].includes(`${error.name} ${error.code}`)
  )
    return { code: exitCodes.interrupted, text: "" };
  // By name: these packages are only loaded by the commands that need them.
  if (error instanceof Error && error.name === "LabError" && "code" in error)
    return { code: labExitCode(error.code), text: `tink: ${error.message}\n` };
  if (error instanceof Error && "code" in error && wrongOptions.has(`${error.name} ${error.code}`))
    return { code: exitCodes.usage, text: `tink: ${error.message}\n` };
  // An error with a code of its package was foreseen, and its message is a sentence.
  if (error instanceof Error && "code" in error && typeof error.code === "string" && !("syscall" in error))
    return { code: exitCodes.failed, text: `tink: ${error.message}\n` };
  // Not foreseen: the stack is for whoever mends it.
  return {
    code: exitCodes.failed,
    text: `tink: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  };
}

/** What `tink up` finds wrong with its options when it looks at this machine, before anything is done. */
const wrongOptions: ReadonlySet<string> = new Set(["ServerError bad-config", "NetworkError no-interface"]);

function labExitCode(code: unknown): number {
  switch (code) {
    case "no-lab":
    case "program-missing":
    case "namespace-refused":
      return exitCodes.unavailable;
    case "bad-spec":
      return exitCodes.usage;
    case "not-found":
      return exitCodes["not-found"];
    case "timeout":
      return exitCodes["timed-out"];
    default:
      return exitCodes.failed;
  }
}

function apiExitCode({ code, reason }: ApiError): number {
  // A selector, a name or a number that is none.
  if (reason === "BadRequest") return exitCodes.usage;
  switch (code) {
    case "not-found":
      return exitCodes["not-found"];
    case "unauthorized":
      return exitCodes.refused;
    case "invalid":
      return exitCodes.usage;
    case "unavailable":
      return exitCodes.unavailable;
    default:
      return exitCodes.failed;
  }
}
