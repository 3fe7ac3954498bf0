// Settings that files give: one YAML file, and those of the folder config.d beside it by name, which go before it.
import { readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import type { NamedSetting } from "@neverland/component-kit/setting.ts";
import {
  type Mistrust,
  mistrustOfFolder,
  mistrustOfNamed,
  readTrustedFile,
} from "@neverland/platform/files/trusted-file.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { settingsInFile } from "./settings-in-file.ts";

/** Read when it is there and none is named. */
export const defaultConfigFile = "/etc/neverland/config.yaml";

export type ConfigFiles = {
  /** Weakest first. */
  readonly given: readonly Given[];
  /** With `FILE:LINE:COLUMN` in front. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

/** Of one file beside the named one: settings of all kinds are some kB. */
const mostBytes = 1024 * 1024;

type FileText = { readonly path: string; readonly text: string } | { readonly problem: string };

/**
 * One that cannot be read, or is not believed, is a problem beside the others: all of them are told at once.
 * @param named With `name`, what names it: `--config`. @param unnamed Read where there is no such name.
 */
export async function readConfigFiles(
  settings: readonly NamedSetting[],
  named: { readonly file: string; readonly name: string } | undefined,
  unnamed = defaultConfigFile,
): Promise<ConfigFiles> {
  const file = named?.file ?? unnamed;
  const texts: readonly FileText[] = [
    ...(await orProblem(async () => {
      const text = named === undefined ? await readUnnamed(file) : await readNamed(named);
      return text === undefined ? [] : [{ path: file, text }];
    })),
    ...(await orProblem(async () => await readDropIns(file))),
  ];
  const read = texts.map((each) => ("problem" in each ? each.problem : settingsInFile(settings, each.path, each.text)));
  return {
    given: read.flatMap((each) => (typeof each === "string" ? [] : [each.given])),
    problems: read.flatMap((each) => (typeof each === "string" ? [each] : each.problems)),
    warnings: await warningsOf(named),
  };
}

async function orProblem(reading: () => Promise<readonly FileText[]>): Promise<readonly FileText[]> {
  return await reading().catch((error: unknown) => {
    if (error instanceof ServerError) return [{ problem: error.message }];
    throw error;
  });
}

async function readDropIns(file: string): Promise<readonly FileText[]> {
  const reading = (await dropIns(file)).map(
    async (path) => await orProblem(async () => [{ path, text: await readDropIn(path) }]),
  );
  return (await Promise.all(reading)).flat();
}

/** Nobody named them: they are found because they lie there, so it counts who can have put them there. */
async function dropIns(file: string): Promise<string[]> {
  const folder = join(dirname(file), "config.d");
  const names = await readdir(folder).catch(async (error: NodeJS.ErrnoException): Promise<string[]> => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw await unreadable("config.d", folder, error);
  });
  const found = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (found.length === 0) return [];
  const mistrust = await mistrustOfFolder(folder);
  if (mistrust !== undefined) throw notBelieved("config.d", folder, mistrust);
  return found.map((name) => join(folder, name));
}

async function readDropIn(path: string): Promise<string> {
  return await readTrusted("config.d", path).catch(async (error: NodeJS.ErrnoException) => {
    throw error instanceof ServerError ? error : await unreadable("config.d", path, error);
  });
}

/** It lies where it is looked for, as those of config.d do; it need not be there. */
async function readUnnamed(file: string): Promise<string | undefined> {
  return await readTrusted("the configuration", file).catch(async (error: NodeJS.ErrnoException) => {
    if (error instanceof ServerError) throw error;
    if ((error.code === "ENOENT" && (await targetOf(file)) === undefined) || error.code === "ENOTDIR") return undefined;
    throw await unreadable("the configuration", file, error);
  });
}

async function readTrusted(name: string, path: string): Promise<string> {
  const read = await readTrustedFile(path, mostBytes);
  if ("mistrust" in read) throw notBelieved(name, path, read.mistrust);
  return read.text;
}

function notBelieved(name: string, path: string, mistrust: Mistrust): ServerError {
  return new ServerError("bad-config", `${name} ${path} is not believed: ${mistrust}`);
}

async function readNamed({ file, name }: { readonly file: string; readonly name: string }): Promise<string> {
  return await readFile(file, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    throw await unreadable(name, file, error);
  });
}

/** Who names a file answers for it; who else can write it is said. */
async function warningsOf(named: { readonly file: string; readonly name: string } | undefined): Promise<string[]> {
  if (named === undefined) return [];
  const mistrust = await mistrustOfNamed(named.file);
  return mistrust === undefined ? [] : [`${named.name} ${named.file}: ${mistrust}`];
}

/** Of a symbolic link. */
async function targetOf(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}

const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "this user may not read it"],
  ["EISDIR", "it is a folder; name the file in it"],
]);

async function unreadable(name: string, file: string, cause: NodeJS.ErrnoException): Promise<ServerError> {
  const target = cause.code === "ENOENT" ? await targetOf(file) : undefined;
  const why =
    target === undefined ? (reasons.get(cause.code) ?? cause.message) : `it leads to ${target}, where there is nothing`;
  return new ServerError("bad-config", `${name} ${file}: ${why}`, { cause });
}
