// Builds kube-apiserver from the modules that Kubernetes publishes, once a version: it is kept in the user's cache.
import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { cacheFolder } from "../cache-folder.ts";

const version = "1.36.3";
const kubernetes = `k8s.io/kubernetes v${version}`;
/** What kubernetes' own go.mod names without a version, as its modules lie in one repository: each is published as v0.MINOR.PATCH. */
const staged = /^\s*(k8s\.io\/\S+) v0\.0\.0$/gm;

/**
 * @returns The program's path. Building takes six minutes of a core, and Go 1.26 or newer.
 * @throws {ProgramError} Where Go is not there, or cannot fetch or compile it.
 */
export async function buildKubeApiserver(): Promise<string> {
  const cache = cacheFolder();
  const program = join(cache, `kube-apiserver-${version}`);
  if (await exists(program)) return program;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${program}-`);
  try {
    await writeWrapper(folder);
    const versionFlags = ["component-base", "client-go/pkg"].map(
      (owner) => `-X k8s.io/${owner}/version.gitVersion=v${version}`,
    );
    const flags = ["-ldflags", `-s -w ${versionFlags.join(" ")}`, "-o", "built"];
    await go(folder, "build", ...flags, "k8s.io/kubernetes/cmd/kube-apiserver");
    await rename(join(folder, "built"), program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return program;
}

/** A module that does nothing but require Kubernetes', with the versions that its own repository gives by its folders. */
async function writeWrapper(folder: string): Promise<void> {
  await writeFile(join(folder, "go.mod"), `module wrapper\n\ngo 1.26.0\n\nrequire ${kubernetes}\n`);
  const downloaded = JSON.parse(await go(folder, "mod", "download", "-json", kubernetes.replace(" ", "@")));
  const theirs = await runProgram(["cat", downloaded.GoMod]);
  const replaced = theirs
    .matchAll(staged)
    .map(([, name]) => `replace ${name} => ${name} v${version.replace("1", "0")}\n`);
  const debug = /^godebug .*$/m.exec(theirs)?.[0] ?? "";
  const own = `module wrapper\n\ngo 1.26.0\n\n${debug}\n\nrequire ${kubernetes}\n\n${[...replaced].join("")}`;
  await writeFile(join(folder, "go.mod"), own);
  await writeFile(join(folder, "wanted.go"), 'package wrapper\n\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver"\n');
  await go(folder, "mod", "tidy");
}

async function go(folder: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" };
  return await runProgram(["go", ...args], { cwd: folder, env });
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
