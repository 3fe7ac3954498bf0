// Brings the Debian packages that a job needs: names them, installs them where that is allowed, else says the line to type.
import { ProgramError, runProgram } from "./run-program.ts";

/** A Debian package and what it is needed for, in words that fit after "for". */
export type DebianPackage = { readonly package: string; readonly purpose: string };

/** Packages are missing and may not be installed by us. `command` is the exact line that installs them. */
export class MissingPackagesError extends Error {
  override readonly name = "MissingPackagesError";
  readonly code = "missing-packages";
  readonly command: string;
  constructor(missing: readonly DebianPackage[]) {
    const command = installCommand(missing);
    const list = missing.map((wanted) => `  ${wanted.package}: ${wanted.purpose}`).join("\n");
    super(
      `These Debian packages are missing, and only root may install them:\n${list}\nInstall them with:\n  sudo ${command}`,
    );
    this.command = command;
  }
}

/** The line that installs `packages`, without sudo. */
export function installCommand(packages: readonly DebianPackage[]): string {
  return `apt-get install --no-install-recommends ${packages.map((wanted) => wanted.package).join(" ")}`;
}

/** Those of `wanted` that are not installed, in the order given, each once. */
export async function missingPackages(
  wanted: readonly DebianPackage[],
  signal?: AbortSignal,
): Promise<DebianPackage[]> {
  const names = [...new Set(wanted.map((entry) => entry.package))];
  const installed = await installedPackages(names, signal);
  return names
    .filter((name) => !installed.has(name))
    .flatMap((name) => wanted.find((entry) => entry.package === name) ?? []);
}

async function installedPackages(names: readonly string[], signal?: AbortSignal): Promise<Set<string>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format, not ours.
  const query: [string, ...string[]] = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", ...names];
  let output = "";
  try {
    await runProgram(query, { onOutput: (text) => (output += text), ...(signal ? { signal } : {}) });
  } catch (error) {
    // It exits with 1 when any of the packages is unknown, and still lists the others.
    if (!(error instanceof ProgramError && error.code === "failed")) throw error;
  }
  return new Set(output.split("\n").flatMap((line) => /^(\S+) installed$/.exec(line)?.[1] ?? []));
}

/**
 * Installs those of `wanted` that are missing, after `say` has named them.
 * @throws {MissingPackagesError} When some are missing and we are not root.
 * @throws {ProgramError} When apt-get fails; the message quotes it.
 */
export async function ensurePackages(
  wanted: readonly DebianPackage[],
  deps: { readonly say: (line: string) => void; readonly isRoot: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  const missing = await missingPackages(wanted, deps.signal);
  if (missing.length === 0) return;
  if (!deps.isRoot) throw new MissingPackagesError(missing);
  deps.say("These Debian packages are missing:");
  for (const entry of missing) deps.say(`  ${entry.package}: ${entry.purpose}`);
  deps.say("Installing them with apt-get");
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    ...(deps.signal ? { signal: deps.signal } : {}),
  };
  const install: [string, ...string[]] = [
    "apt-get",
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    ...missing.map((entry) => entry.package),
  ];
  await runProgram(["apt-get", "update", "-qq"], options);
  await runProgram(install, options);
}
