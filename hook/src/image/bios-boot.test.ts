import assert from "node:assert/strict";
import { test } from "node:test";
import { linkBiosStages } from "./bios-boot.ts";

test("the boot code points to the core, and the core to its own second sector", () => {
  const { bootCode, core } = linkBiosStages(new Uint8Array(512), new Uint8Array(1300), 2048);
  assert.equal(bootCode.length, 440);
  assert.equal(bootCode.readBigUInt64LE(0x5c), 2048n);
  assert.equal(core.readBigUInt64LE(0x1f4), 2049n);
  assert.equal(core.readUInt16LE(0x1fc), 2);
  assert.equal(core.readUInt16LE(0x1fe), 0x820);
});

test("the images handed in stay as they were", () => {
  const boot = new Uint8Array(512);
  linkBiosStages(boot, new Uint8Array(1024), 2048);
  assert.deepEqual(boot, new Uint8Array(512));
});

test("a boot image of another size is refused with both sizes", () => {
  assert.throws(() => linkBiosStages(new Uint8Array(440), new Uint8Array(1024), 2048), /440 bytes and its core 1024/);
});
