import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findBootFiles } from "./boot-files.ts";

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "boot-files-"));
  await mkdir(join(root, "boot/grub"), { recursive: true });
  await writeFile(join(root, "boot/vmlinuz-1"), "");
  await writeFile(join(root, "boot/initrd-1"), "");
  await symlink("/boot/vmlinuz-1", join(root, "vmlinuz"));
  const config = "menuentry 'x' {\n linux /vmlinuz-1 ro\n initrd /initrd-1\n}\n";
  await writeFile(join(root, "boot/grub/grub.cfg"), config);
});
after(async () => await rm(root, { recursive: true }));

const fromGrub = { kernelPath: undefined, initrdPath: undefined, commandLine: undefined };
const grubConfigPath = "boot/grub/grub.cfg";

test("an absolute link is followed within the mounted system", async () => {
  const found = await findBootFiles(root, {
    ...fromGrub,
    grubConfigPath,
    kernelPath: "/vmlinuz",
    commandLine: "quiet",
  });
  assert.deepEqual(found, { kernel: join(root, "boot/vmlinuz-1"), initrds: [], commandLine: "quiet" });
});

test("GRUB's paths from a /boot of its own are found below boot/", async () => {
  const found = await findBootFiles(root, { ...fromGrub, grubConfigPath });
  assert.deepEqual(found, {
    kernel: join(root, "boot/vmlinuz-1"),
    initrds: [join(root, "boot/initrd-1")],
    commandLine: "ro",
  });
});

test("CMD_LINE wins over GRUB's arguments", async () => {
  assert.equal(
    (await findBootFiles(root, { ...fromGrub, grubConfigPath, commandLine: "single" })).commandLine,
    "single",
  );
});

test("a missing initrd is named with the variable that asks for it", async () => {
  const wanted = { ...fromGrub, grubConfigPath, kernelPath: "/vmlinuz", initrdPath: "/initrd" };
  await assert.rejects(findBootFiles(root, wanted), /\/initrd \(INITRD_PATH\) is not on the mounted file system/);
});

for (const [kernelPath, says] of [
  ["/boot/vmlinuz-2", "In its /boot there is grub, initrd-1, vmlinuz-1"],
  ["/boot/efi/linux/vmlinuz", "In its /boot there is grub, initrd-1, vmlinuz-1"],
  ["/../../vmlinuz-2", "In its / there is boot, vmlinuz"],
  ["bzImage", "In its / there is boot, vmlinuz"],
] as const)
  test(`of the missing ${kernelPath} is told what there is instead`, async () => {
    const message = `${kernelPath} (KERNEL_PATH) is not on the mounted file system. ${says}. Check the path and BLOCK_DEVICE`;
    await assert.rejects(findBootFiles(root, { ...fromGrub, grubConfigPath, kernelPath }), { message });
  });
