import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";

import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { privateKeyFile, publicKeys } from "./ssh-keys.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl root@example";

test("under sudo a key in the home at hand is found, and where there is none both folders are named with what makes one", async (t) => {
  const home = await mkdtemp(join(tmpdir(), "ssh-keys-"));
  const before = process.env.HOME;
  process.env.HOME = home;
  t.after(async () => {
    process.env.HOME = before;
    await rm(home, { recursive: true });
  });
  // Of whom the accounts know nothing.
  const env = { SUDO_USER: `nobody-${userInfo().uid}-there` };
  await assert.rejects(publicKeys(undefined, env), ({ message }: Error) => {
    assert.ok(message.includes(`/home/${env.SUDO_USER}/.ssh/*.pub and ${home}/.ssh/*.pub`), message);
    return /\n {2}ssh-keygen -t ed25519 /.test(message);
  });
  await mkdir(join(home, ".ssh"));
  await writeFile(join(home, ".ssh/id_ed25519.pub"), `${key}\n`);
  assert.deepEqual(await publicKeys(undefined, env), [key]);
  assert.equal(await privateKeyFile(env), undefined);
  await writeFile(join(home, ".ssh/id_ed25519"), "");
  assert.equal(await privateKeyFile(env), join(home, ".ssh/id_ed25519"));
});
