// Keeps the catalog in step with the layouts on disk: an image that was built again is served without a restart.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Catalog, mergeCatalogs, readCatalog } from "./catalog.ts";

type Loaded = { readonly version: string; readonly catalog: Catalog };

/** Looks at the time of each `index.json` when asked; a layout that is not there yet is an empty one. */
export class LiveCatalog {
  readonly #layoutDirs: readonly string[];
  readonly #loaded = new Map<string, Loaded>();

  constructor(layoutDirs: readonly string[]) {
    this.#layoutDirs = layoutDirs;
  }

  /** @throws {Error} When a layout is there but cannot be read. */
  async current(): Promise<Catalog> {
    const catalogs = await Promise.all(this.#layoutDirs.map(async (dir) => await this.#load(dir)));
    return mergeCatalogs(catalogs);
  }

  async #load(layoutDir: string): Promise<Catalog> {
    const version = await versionOf(join(layoutDir, "index.json"));
    if (version === undefined) return new Map();
    const known = this.#loaded.get(layoutDir);
    if (known?.version === version) return known.catalog;
    const catalog = await readCatalog(layoutDir);
    this.#loaded.set(layoutDir, { version, catalog });
    return catalog;
  }
}

/** `index.json` is replaced as a whole, so its inode and times tell one from the next. */
async function versionOf(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return stats && `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
}
