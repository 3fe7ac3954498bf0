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

const others = "ben:100000:65536\neve:300000:65536\ncy:165536:65536\n";
for (const [what, file, contents, uids, gids] of [
  [
    "no entry for user ids",
    "/etc/subuid",
    { "/etc/subuid": "other:1:65536\n", "/etc/subgid": granted },
    "100000-165535",
    "231072-296607",
  ],
  ["no file for group ids", "/etc/subgid", { "/etc/subuid": granted }, "231072-296607", "100000-165535"],
  [
    "too few ids",
    "/etc/subuid",
    { "/etc/subuid": "ada:165536:1000\n", "/etc/subgid": granted },
    "100000-165535",
    "231072-296607",
  ],
  [
    "no room between others",
    "/etc/subuid",
    { "/etc/subuid": others, "/etc/subgid": `${others}# a word\n` },
    "231072-296607",
    "231072-296607",
  ],
  [
    "a gap that is too small",
    "/etc/subuid",
    { "/etc/subuid": "a:100000:65536\nb:200000:65536\n", "/etc/subgid": granted },
    "265536-331071",
    "231072-296607",
  ],
] as const)
  test(`${what}: the user is told the file and the line that grants them`, async () => {
    await assert.rejects(requireSubordinateIds("ada", reading(contents)), (error) => {
      assert.ok(error instanceof Error && error.message.includes(`by ada: ${file} grants this user`));
      assert.ok(error.message.endsWith(`sudo usermod --add-subuids ${uids} --add-subgids ${gids} ada`), error.message);
      return true;
    });
  });
