// Makes the generated code anew in a temporary folder and compares it with what is committed.
import { runProgram } from "@neverland/debian";

await runProgram(["pnpm", "--filter", "@neverland/api", "generate"]);
const changed = (await runProgram(["git", "status", "--porcelain", "--", "api/gen"])).trim();
if (changed !== "") {
  console.error(
    `The code in api/gen is not what api/proto makes:\n${changed}\nCommit what "pnpm --filter @neverland/api generate" wrote.`,
  );
  process.exitCode = 1;
}
