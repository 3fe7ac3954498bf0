import assert from "node:assert/strict";
import { test } from "node:test";
import { HookError } from "../hook-error.ts";
import { moduleFiles, moduleName, readModuleIndex } from "./module-index.ts";

const index = readModuleIndex({
  dep: [
    "kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz kernel/fs/mbcache.ko.xz kernel/crypto/crc16.ko.xz",
    "kernel/fs/jbd2/jbd2.ko.xz: kernel/crypto/crc16.ko.xz",
    "kernel/fs/mbcache.ko.xz:",
    "kernel/crypto/crc16.ko.xz:",
    "kernel/crypto/crc32c_generic.ko.xz:",
    "kernel/drivers/ata/sata-nv.ko:",
    "",
  ].join("\n"),
  builtin: "kernel/drivers/virtio/virtio_pci.ko\n",
  softdep: "# comment\nsoftdep ext4 pre: crc32c\nsoftdep jbd2 pre: crc32c-generic post: nothing-here\n",
});

test("a module comes after all that it needs", () => {
  assert.deepEqual(moduleFiles(index, ["ext4"]), [
    "kernel/crypto/crc16.ko.xz",
    "kernel/fs/mbcache.ko.xz",
    "kernel/crypto/crc32c_generic.ko.xz",
    "kernel/fs/jbd2/jbd2.ko.xz",
    "kernel/fs/ext4/ext4.ko.xz",
  ]);
});

test("what several modules need is listed once", () => {
  const files = moduleFiles(index, ["jbd2", "ext4", "jbd2"]);
  assert.equal(new Set(files).size, files.length);
  assert.equal(files.length, 5);
});

test("a module that is part of the kernel needs no file", () => {
  assert.deepEqual(moduleFiles(index, ["virtio_pci"]), []);
});

test("hyphens and underscores name the same module", () => {
  assert.equal(moduleName("kernel/drivers/ata/sata-nv.ko"), "sata_nv");
  assert.deepEqual(moduleFiles(index, ["sata_nv"]), ["kernel/drivers/ata/sata-nv.ko"]);
});

test("an unknown driver is refused by name, before anything is copied", () => {
  assert.throws(
    () => moduleFiles(index, ["ext4", "no-such-driver"]),
    (error) =>
      error instanceof HookError && error.code === "not-in-archive" && error.message.includes("no_such_driver"),
  );
});
