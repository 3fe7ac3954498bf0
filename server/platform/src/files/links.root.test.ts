// Which links are followed. Only root may give files away.
import assert from "node:assert/strict";
import { chown, lchown, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openPlainFile } from "./open-plain-file.ts";

test("a link of somebody else's than the file's is not followed: it would read out what only we may read", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "links-"));
  t.after(() => rm(dir, { recursive: true }));
  const [secret, theirs, link, ours] = ["secret", "theirs", "link", "ours"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(secret, "root's");
  await writeFile(theirs, "theirs");
  await chown(theirs, 1234, 1234);
  await symlink(secret, link);
  await lchown(link, 1234, 1234);
  const refused = await openPlainFile(link);
  assert.match(
    "reason" in refused ? refused.message : "",
    /link is a link of user 1234 to a file of user 0, which is not followed/,
  );
  await symlink(theirs, ours);
  const followed = await openPlainFile(ours);
  assert.ok("handle" in followed);
  await followed.handle.close();
});
