// Settings that files give: one YAML file, and those of the folder config.d beside it by name, which go before it.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import type { NamedSetting } from "@neverland/component-kit/setting.ts";
import { type Mistrust, mistrustOfFolder, readTrustedFile } from "@neverland/platform/files/trusted-file.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { settingsInFile } from "./settings-in-file.ts";

/** Read when it is there and none is named. */
export const defaultConfigFile = "/etc/neverland/config.yaml";

export type ConfigFiles = {
  /** Weakest first. */
  readonly given: readonly Given[];
  /** With `FILE:LINE:COLUMN` in front. */
  readonly problems: readonly string[];
};

/** Of one file beside the named one: settings of all kinds are some kB. */
const mostBytes = 1024 * 1024;

/** @param named With `name`, what names it: `--config`. @throws {ServerError} `bad-config` when it cannot be read. */
export async function readConfigFiles(
  settings: readonly NamedSetting[],
  named: { readonly file: string; readonly name: string } | undefined,
): Promise<ConfigFiles> {
  const file = named?.file ?? defaultConfigFile;
  const texts = [
    { path: file, text: await readText(file, named?.name) },
    ...(await Promise.all((await dropIns(file)).map(async (path) => ({ path, text: await readDropIn(path) })))),
  ];
  const read = texts.flatMap(({ path, text }) => (text === undefined ? [] : [settingsInFile(settings, path, text)]));
  return { given: read.map(({ given }) => given), problems: read.flatMap(({ problems }) => problems) };
}

/** Nobody named them: they are found because they lie there, so it counts who can have put them there. */
async function dropIns(file: string): Promise<string[]> {
  const folder = join(dirname(file), "config.d");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw unreadable("config.d", folder, error);
  });
  const found = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (found.length === 0) return [];
  const mistrust = await mistrustOfFolder(folder);
  if (mistrust !== undefined) throw notBelieved(folder, mistrust);
  return found.map((name) => join(folder, name));
}

async function readDropIn(path: string): Promise<string> {
  const read = await readTrustedFile(path, mostBytes).catch((error: NodeJS.ErrnoException) => {
    throw unreadable("config.d", path, error);
  });
  if ("mistrust" in read) throw notBelieved(path, read.mistrust);
  return read.text;
}

function notBelieved(path: string, mistrust: Mistrust): ServerError {
  return new ServerError("bad-config", `config.d ${path} is not believed: ${mistrust}`);
}

/** @param name What names the file; one that nobody named need not be there. */
async function readText(file: string, name: string | undefined): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException; // fs throws nothing else
    if (name === undefined && error.code === "ENOENT") return undefined;
    throw unreadable(name ?? "the configuration", file, error);
  }
}

const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "this user may not read it"],
  ["EISDIR", "it is a folder; name the file in it"],
]);

function unreadable(name: string, file: string, cause: NodeJS.ErrnoException): ServerError {
  return new ServerError("bad-config", `${name} ${file}: ${reasons.get(cause.code) ?? cause.message}`, { cause });
}
