// Reads what depmod wrote about a kernel's modules and says which files a list of drivers needs.
import { HookError } from "../hook-error.ts";

/** What one kernel offers. Names have underscores, as the kernel reports them, never hyphens. */
export type ModuleIndex = {
  /** Path below /lib/modules/VERSION and the paths of what must be loaded before it, by module name. */
  readonly modules: ReadonlyMap<string, { readonly path: string; readonly needs: readonly string[] }>;
  /** Modules that are part of the kernel image. */
  readonly builtin: ReadonlySet<string>;
  /** Modules wanted beside a module (softdep pre and post), which the symbol table does not show. */
  readonly companions: ReadonlyMap<string, readonly string[]>;
};

/** `kernel/fs/ext4/ext4.ko.xz` is `ext4`; `snd-pcm` is `snd_pcm`. */
export function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}

/**
 * @param texts Contents of `modules.dep`, `modules.builtin` and `modules.softdep` (modules.dep(5), modprobe.d(5)).
 */
export function readModuleIndex(texts: { dep: string; builtin: string; softdep: string }): ModuleIndex {
  const modules = new Map<string, { path: string; needs: string[] }>();
  for (const line of texts.dep.split("\n")) {
    const [path, needs] = line.split(":");
    if (path === undefined || needs === undefined) continue;
    modules.set(moduleName(path), { path, needs: needs.split(" ").filter((need) => need !== "") });
  }
  const builtin = new Set(texts.builtin.split("\n").filter(Boolean).map(moduleName));
  const companions = new Map<string, string[]>();
  for (const line of texts.softdep.split("\n")) {
    const [word, name, ...wanted] = line.split(/\s+/);
    if (word !== "softdep" || name === undefined) continue;
    const key = moduleName(name);
    const names = wanted.filter((entry) => entry !== "" && !entry.endsWith(":")).map(moduleName);
    companions.set(key, [...(companions.get(key) ?? []), ...names]);
  }
  return { modules, builtin, companions };
}

/**
 * Files for `wanted`, each after those it needs: an order in which insmod accepts them.
 * A companion that is an alias (`crypto-aes`) or built in is passed over, as modprobe does.
 * @throws {HookError} `not-in-archive` naming each wanted module that this kernel does not have.
 */
export function moduleFiles(index: ModuleIndex, wanted: readonly string[]): string[] {
  const names = wanted.map(moduleName);
  const missing = names.filter((name) => !index.modules.has(name) && !index.builtin.has(name));
  if (missing.length > 0)
    throw new HookError(
      "not-in-archive",
      `This kernel has no module ${missing.join(", ")}. Correct the list of drivers, or build with another kernel package.`,
    );
  const files = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    const module = index.modules.get(name);
    if (module === undefined) return;
    for (const companion of index.companions.get(name) ?? []) visit(companion);
    for (const need of module.needs.toReversed()) visit(moduleName(need));
    files.add(module.path);
  };
  for (const name of names) visit(name);
  return [...files];
}
