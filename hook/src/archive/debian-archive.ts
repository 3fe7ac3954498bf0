// Fetches Debian packages with everything they depend on, by an apt of its own: no root, and nothing on this machine changes.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchPackageLists, runProgram } from "@neverland/debian";
import { HookError } from "../hook-error.ts";
import { indexTargetFormat, parseIndexTargets, type Suite, sourcesList } from "./apt-sources.ts";

export const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A private apt: its lists, its downloads, and an empty list of installed packages. */
export type DebianArchive = {
  /** The suites it reads, for other programs that want sources.list lines. */
  readonly suites: readonly Suite[];
  /** The environment that makes apt-get use it. */
  readonly env: NodeJS.ProcessEnv;
  readonly debDir: string;
};

/**
 * Reads the package lists of Debian, with the component non-free-firmware where the mirror has it.
 * @throws {ProgramError} When apt-get fails; the message quotes it.
 */
export async function openArchive(dir: string, signal?: AbortSignal): Promise<DebianArchive> {
  const options = signal ? { signal } : {};
  const suites = await readSuites(join(dir, "host"), signal);
  const debDir = join(dir, "cache/archives");
  await mkdir(join(dir, "state/lists/partial"), { recursive: true });
  await mkdir(join(debDir, "partial"), { recursive: true });
  await writeFile(join(dir, "status"), "");
  await writeFile(join(dir, "sources.list"), sourcesList(suites, ["main", "non-free-firmware"], keyring));
  await writeFile(join(dir, "apt.conf"), aptConfiguration(dir));
  const env = { ...process.env, APT_CONFIG: join(dir, "apt.conf"), LC_ALL: "C" };
  await runProgram(["apt-get", "update", "-qq"], { ...options, env });
  return { suites, env, debDir };
}

/**
 * The Debian suites that this machine's own apt uses.
 * @param listsDir Where lists are fetched to when apt has none of its own, for example on a machine just installed.
 * @throws {HookError} `not-in-archive` when there is none.
 */
export async function readSuites(listsDir: string, signal?: AbortSignal): Promise<Suite[]> {
  const targets = ["indextargets", "--format", indexTargetFormat, "Created-By: Packages"] as const;
  const read = async (aptOptions: readonly string[]): Promise<Suite[]> =>
    parseIndexTargets(await runProgram(["apt-get", ...aptOptions, ...targets], signal ? { signal } : {}));
  const known = await read([]);
  const suites = known.length > 0 ? known : await read(await fetchPackageLists(listsDir, signal));
  if (suites.length > 0) return suites;
  throw new HookError(
    "not-in-archive",
    "apt on this machine reads no Debian repository with a component 'main'. Add one to /etc/apt/sources.list, and try again.",
  );
}

function aptConfiguration(dir: string): string {
  const lines = {
    "Dir::State": `${dir}/state`,
    "Dir::State::status": `${dir}/status`,
    "Dir::Cache": `${dir}/cache`,
    "Dir::Etc::sourcelist": `${dir}/sources.list`,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    // Its folders belong to us alone; the user _apt could not write there.
    "APT::Sandbox::User": "root",
    "APT::Install-Recommends": "false",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join("");
}

/** Those of `names` that the archive has. */
export async function knownPackages(
  archive: DebianArchive,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const text = await runProgram(["apt-cache", "policy", ...names], { env: archive.env, ...(signal ? { signal } : {}) });
  const known = new Set<string>();
  for (const match of text.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm))
    if (match[1] !== undefined) known.add(match[1]);
  return names.filter((name) => known.has(name));
}

/**
 * Fetches `names`, with all they depend on unless `alone`, and unpacks them over one another into `outDir`. Runs no
 * maintainer script.
 * @returns `name_version_architecture` of each package, sorted: what the result was made of.
 * @throws {HookError} `not-in-archive` with the names apt does not know.
 */
export async function unpackTogether(
  archive: DebianArchive,
  request: { readonly names: readonly string[]; readonly alone?: boolean; readonly outDir: string },
  signal?: AbortSignal,
): Promise<string[]> {
  const options = { env: archive.env, cwd: archive.debDir, ...(signal ? { signal } : {}) };
  await refuseUnknown(archive, request.names, signal);
  const plan = await runProgram(["apt-get", "install", "-qq", "-s", ...request.names], options);
  const planned = parsePlan(plan).filter((entry) => request.alone !== true || request.names.includes(entry.name));
  const fetch = planned.map((entry) => `${entry.name}=${entry.version}`);
  await runProgram(["apt-get", "download", "-qq", ...fetch], options);
  await mkdir(request.outDir, { recursive: true });
  const stems = planned.map((entry) => `${entry.name}_${entry.version.replaceAll(":", "%3a")}_${entry.architecture}`);
  for (const stem of stems.toSorted())
    await runProgram(["dpkg-deb", "-x", join(archive.debDir, `${stem}.deb`), request.outDir], options);
  return stems.toSorted();
}

async function refuseUnknown(archive: DebianArchive, names: readonly string[], signal?: AbortSignal): Promise<void> {
  const known = await knownPackages(archive, names, signal);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const suites = archive.suites.map((suite) => suite.release).join(", ");
  throw new HookError(
    "not-in-archive",
    `Debian's package lists do not have ${unknown.join(", ")}. The suites read were: ${suites}. Look at /etc/apt/sources.list.`,
  );
}

/** Reads what `apt-get install -s` would install: lines like `Inst crun (1.8.1-1+deb12u1 Debian:12/stable [amd64])`. */
export function parsePlan(text: string): { name: string; version: string; architecture: string }[] {
  return [...text.matchAll(/^Inst (\S+) \((\S+) .*\[(\w+)\]\)/gm)].flatMap(([, name, version, architecture]) =>
    name === undefined || version === undefined || architecture === undefined ? [] : [{ name, version, architecture }],
  );
}

/**
 * The kernel image package that a meta-package such as `linux-image-amd64` stands for now.
 * @throws {HookError} `not-in-archive` when it depends on none.
 */
export async function kernelPackage(
  archive: DebianArchive,
  metaPackage: string,
  signal?: AbortSignal,
): Promise<string> {
  const text = await runProgram(["apt-cache", "show", "--no-all-versions", metaPackage], {
    env: archive.env,
    ...(signal ? { signal } : {}),
  });
  const name = /^Depends:.*?(linux-image-[^ ,]+)/m.exec(text)?.[1];
  if (name !== undefined) return name;
  throw new HookError("not-in-archive", `The package ${metaPackage} depends on no kernel image. Is it a meta-package?`);
}
