// Has somebody edit a text in the editor of their choice.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";

/** A file that only its user reads, for secrets are edited, too. @returns Its path. */
export async function makeEditFile(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), "tink-edit-")), "object.yaml");
}

/**
 * By `KUBE_EDITOR`, else `EDITOR`, else vi. Each may have arguments of its own.
 * @throws {CliError} `failed` when the editor cannot be run, or says that it failed.
 */
export async function editText(path: string, text: string, env: NodeJS.ProcessEnv): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  const editor = env.KUBE_EDITOR || env.EDITOR || "vi";
  const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit", env });
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
  if (code !== 0)
    throw new CliError(
      "failed",
      `the editor "${editor}" ended with ${code}, so nothing was changed; KUBE_EDITOR and EDITOR name another`,
    );
  return await readFile(path, "utf8");
}
