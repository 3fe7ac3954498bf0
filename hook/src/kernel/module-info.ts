// Reads the facts that a kernel module carries about itself (its .modinfo section), by looking for them in the file.

/** @returns File names below /lib/firmware that the module may ask for, as its author listed them. */
export function firmwareNames(module: Buffer): string[] {
  const names: string[] = [];
  const key = Buffer.from("\0firmware=");
  for (let at = module.indexOf(key); at !== -1; at = module.indexOf(key, at + 1)) {
    const start = at + key.length;
    const end = module.indexOf(0, start);
    if (end === -1) break;
    const name = module.toString("latin1", start, end);
    // The path of a file, and no way out of the folder.
    if (/^[\w./+-]+$/.test(name) && !name.split("/").includes("..")) names.push(name);
  }
  return [...new Set(names)];
}
