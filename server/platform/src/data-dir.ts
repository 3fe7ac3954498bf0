// The folder that a server keeps its data in: made when it is not there, and every fault of it a sentence.
import { access, constants, mkdir } from "node:fs/promises";
import { ServerError } from "./server-error.ts";

/** @throws {ServerError} `bad-config` when it is no folder, else `bad-data-dir`. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await inDataDir(dataDir, async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // When it is another user's, that is to be said, not which of its files fails first.
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

/** Does something with files of the data folder; the system's errors become sentences. */
export async function inDataDir<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = whyUnusable.get(codeOf(cause))?.(pathOf(cause) ?? dataDir);
    if (why === undefined) throw cause;
    const code = notAFolder.includes(codeOf(cause)) ? "bad-config" : "bad-data-dir";
    throw new ServerError(code, `${dataDir} cannot be the data folder: ${why}`, { cause });
  }
}

const notAFolder = ["EEXIST", "ENOTDIR"];
const elsewhere = "name another with --data-dir";
const forbidden = (path: string): string =>
  `this user may not use ${path}; run this as the user whom it belongs to, or ${elsewhere}`;
const whyUnusable: ReadonlyMap<string, (path: string) => string> = new Map([
  ...notAFolder.map((code) => [code, () => "it is a file, or lies below one; name a folder with --data-dir"] as const),
  ...["EACCES", "EPERM"].map((code) => [code, forbidden] as const),
  ["ENOENT", () => `it cannot be made there (is the disk mounted for reading only?); ${elsewhere}`],
  ["EROFS", () => `its disk is mounted for reading only; ${elsewhere}`],
  ["ENOSPC", () => "its disk is full; free some space, then try again"],
]);

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error ? String(error.path) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
