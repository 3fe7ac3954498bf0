import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openLogFolder, takeOverLogs } from "./log-folder.ts";
import { temporaryFolder } from "./testing/log-bench.ts";

const uid = "00000000-0000-4000-8000-000000000001";
const other = "00000000-0000-4000-8000-000000000002";
const file = "01HZY3N8QK7V5T2M4W6R8B0CDE.jsonl";

test("the folder is its owner's alone, and a link in its place is refused", async (t) => {
  const dir = await temporaryFolder(t);
  await openLogFolder(join(dir, "action-logs"));
  assert.equal((await stat(join(dir, "action-logs"))).mode & 0o777, 0o700);
  await symlink(join(dir, "action-logs"), join(dir, "link"));
  await assert.rejects(openLogFolder(join(dir, "link")), { code: "bad-folder" });
});

test("logs of known workflows are taken over from the old folder; whatever else is in there stays", async (t) => {
  const dir = await temporaryFolder(t);
  const [from, to] = [join(dir, "logs"), join(dir, "action-logs")];
  for (const folder of [to, from, join(from, uid), join(from, other), join(from, "2025")]) await mkdir(folder);
  await writeFile(join(from, uid, file), "kept\n");
  await writeFile(join(from, other, "a.log"), "somebody's\n");
  await writeFile(join(from, "b.log"), "somebody's\n");
  await takeOverLogs(from, to, new Set([uid, other]));
  assert.equal(await readFile(join(to, uid, file), "utf8"), "kept\n");
  assert.deepEqual((await readdir(from)).sort(), [other, "2025", "b.log"]);
  assert.equal(await readFile(join(from, other, "a.log"), "utf8"), "somebody's\n");
});

test("a link in the old folder's place, or in it, is not followed", async (t) => {
  const dir = await temporaryFolder(t);
  const [elsewhere, to] = [join(dir, "elsewhere"), join(dir, "action-logs")];
  for (const folder of [to, elsewhere, join(elsewhere, uid), join(dir, "old")]) await mkdir(folder);
  await writeFile(join(elsewhere, uid, file), "somebody's\n");
  await symlink(elsewhere, join(dir, "logs"));
  await symlink(join(elsewhere, uid), join(dir, "old", uid));
  for (const from of ["logs", "old"]) await takeOverLogs(join(dir, from), to, new Set([uid]));
  assert.deepEqual(await readdir(to), []);
  assert.equal(await readFile(join(elsewhere, uid, file), "utf8"), "somebody's\n");
});

test("a folder that had nothing but logs goes when they were taken over", async (t) => {
  const dir = await temporaryFolder(t);
  const [from, to] = [join(dir, "logs"), join(dir, "action-logs")];
  for (const folder of [to, from, join(from, uid)]) await mkdir(folder);
  await takeOverLogs(from, to, new Set([uid]));
  assert.deepEqual((await readdir(dir)).sort(), ["action-logs"]);
});
