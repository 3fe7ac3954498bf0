// Makes a folder and those above it that are not there.
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * As Node's own `recursive` does, which asks for ever where a folder that is there takes none and says ENOENT, as /proc does.
 * @throws What the system says of the first that cannot be made, with its path.
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  const folder = resolve(path);
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolders(dirname(folder), mode);
  await mkdir(folder, { mode }).catch(async (error: unknown) => {
    if (!(await isFolder(folder))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
