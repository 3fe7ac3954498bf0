// Folders that machines boot from and others may write.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CheckDeps } from "@neverland/component-kit/component.ts";
import type { BootsValues } from "./boots-settings.ts";
import { checkBootFolders } from "./check-boot-folders.ts";

test("a folder that others may write, or that lies in such a one, is warned of and no more", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "boot-folders-"));
  t.after(() => rm(dir, { recursive: true }));
  for (const name of ["hook", "ipxe", "open/files"]) await mkdir(join(dir, name), { recursive: true });
  for (const name of ["hook/vmlinuz-x86_64", "hook/initramfs-x86_64", "ipxe/snponly.efi"])
    await writeFile(join(dir, name), "");
  await chmod(join(dir, "hook"), 0o777);
  await chmod(join(dir, "open"), 0o777);
  const deps = {
    config: { hook: {}, ipxe: { dir: join(dir, "ipxe") }, files: { dir: join(dir, "open/files") } },
    shared: { dataDir: dir, boots: { interfaces: ["eth1"], hook: {} } },
    settings: { nameOf: (path: string) => path, isGiven: () => false },
  };
  // Of all the settings there are these are read.
  const warnings = await checkBootFolders(deps as unknown as CheckDeps<BootsValues>);
  const why = "look what is in it, then `chmod go-w` it; machines boot what lies there";
  assert.deepEqual(warnings, [
    `${dir}/hook: others may write it (mode 777); ${why}`,
    `${dir}/open/files: others may write the folder ${dir}/open (mode 777); ${why}`,
  ]);
});
