// Makes the generated code and pages anew and compares them with what is committed.
import { readFileSync } from "node:fs";
import { runProgram } from "@neverland/debian";
import { generatedPages } from "./generated-pages.ts";

await runProgram(["pnpm", "--filter", "@neverland/api", "generate"]);
const changedCode = (await runProgram(["git", "status", "--porcelain", "--", "api/gen"])).trim();
const oldPages: string[] = [];
for (const [path, make] of Object.entries(generatedPages))
  if (readFileSync(path, "utf8") !== (await make())) oldPages.push(path);
const changed = [...(changedCode === "" ? [] : [changedCode]), ...oldPages];
if (changed.length > 0) {
  console.error(`Not what its source makes:\n${changed.join("\n")}\nCommit what "npm run generate" writes.`);
  process.exitCode = 1;
}
