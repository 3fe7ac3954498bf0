// sprig: slash-separated paths.
import { bool, fn, type GoFunction, string } from "./signature.ts";

/** The shortest path that means the same; never empty. */
function clean(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push(part);
  }
  const joined = (rooted ? "/" : "") + kept.join("/");
  return joined === "" ? "." : joined;
}

function base(path: string): string {
  if (path === "") return ".";
  const last = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return last === "" ? "/" : last;
}

const functions = {
  base: fn([string], string, base),
  dir: fn([string], string, (path) => clean(path.slice(0, path.lastIndexOf("/") + 1))),
  clean: fn([string], string, clean),
  ext: fn([string], string, (path) => /\.[^./]*$/.exec(path)?.[0] ?? ""),
  isAbs: fn([string], bool, (path) => path.startsWith("/")),
};

export const pathFunctions: Readonly<Record<string, GoFunction>> = {
  ...functions,
  osBase: functions.base,
  osDir: functions.dir,
  osClean: functions.clean,
  osExt: functions.ext,
  osIsAbs: functions.isAbs,
};
