// Brings Debian's own kubectl into the cache, without installing it.
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The path of `kubectl` of the package kubernetes-client; fetched once. @throws {Error} With the line to run by hand. */
export async function debianKubectl(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "neverland");
  const folder = join(cache, "debian-kubernetes-client");
  const kubectl = join(folder, "usr/bin/kubectl");
  if (await exists(kubectl)) return kubectl;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  try {
    const download = () => run("apt-get", ["download", "kubernetes-client"], { cwd: temporary });
    // A fresh machine has no package lists yet; only root can fetch them.
    await download().catch(async () => {
      await run("apt-get", ["update"]);
      await download();
    });
    const archive = (await readdir(temporary)).find((name) => name.endsWith(".deb"));
    await run("dpkg-deb", ["-x", join(temporary, archive ?? ""), temporary]);
    // Another test process may have been quicker; then its copy is as good.
    await rename(temporary, folder).catch(() => undefined);
  } catch (error) {
    const line = `cd ${folder} && apt-get download kubernetes-client && dpkg-deb -x kubernetes-client_*.deb .`;
    throw new Error(`Debian's kubectl could not be fetched. By hand: apt-get update; mkdir -p ${folder}; ${line}`, {
      cause: error,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return kubectl;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
