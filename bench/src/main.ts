// npm run bench -- NAME: prints the figures of one benchmark, and a named peer's in the same run.
import { readdir } from "node:fs/promises";
import { inRunFolder } from "./figures/run-folder.ts";

/** What a file in this folder exports: `run` measures and prints; `summary` is one line for the list. */
type Benchmark = { readonly summary: string; run(args: readonly string[]): Promise<void> };

const own = "main.ts";
const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts") && file !== own && !file.endsWith(".test.ts"))
  .map((file) => file.slice(0, -".ts".length));
const [name, ...args] = process.argv.slice(2);

async function load(benchmark: string): Promise<Benchmark> {
  // biome-ignore lint/plugin: files of this folder, which may import everything.
  return (await import(`./${benchmark}.ts`)) as Benchmark;
}

const asksHelp = [name, ...args].some((arg) => arg === "--help" || arg === "-h");

if (asksHelp)
  console.log("npm run bench -- NAME: prints the figures of one benchmark, beside a named peer's. There are:");
if (!asksHelp && name !== undefined && names.includes(name)) {
  const { run } = await load(name);
  await inRunFolder(name, () => run(args));
} else {
  const isUnknown = !asksHelp && name !== undefined;
  if (isUnknown) console.error(`There is no benchmark "${name}".`);
  for (const each of names) console.log(`${each.padEnd(14)}${(await load(each)).summary}`);
  process.exitCode = isUnknown ? 2 : 0;
}
