import assert from "node:assert/strict";
import { test } from "node:test";
import { requireSubordinateIds } from "./subordinate-ids.ts";

const granted = "other:100000:65536\nada:165536:65536\n";
const reading =
  (files: Readonly<Record<string, string>>) =>
  async (path: string): Promise<string> => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  };

test("a user with ranges of ids in both files may go on", async () => {
  await requireSubordinateIds("ada", reading({ "/etc/subuid": granted, "/etc/subgid": granted }));
});

for (const [what, file, contents] of [
  ["no entry for user ids", "/etc/subuid", { "/etc/subuid": "other:1:65536\n", "/etc/subgid": granted }],
  ["no file for group ids", "/etc/subgid", { "/etc/subuid": granted }],
  ["too few ids", "/etc/subuid", { "/etc/subuid": "ada:165536:1000\n", "/etc/subgid": granted }],
] as const)
  test(`${what}: the user is told the file and the line that grants them`, async () => {
    await assert.rejects(requireSubordinateIds("ada", reading(contents)), (error) => {
      assert.ok(error instanceof Error && error.message.includes(`by ada: ${file} grants this user`));
      assert.match(error.message, /sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada$/);
      return true;
    });
  });
