import assert from "node:assert/strict";
import { test } from "node:test";
import { firmwareNames } from "./module-info.ts";

const module = (text: string): Buffer => Buffer.from(`\x7fELF\0${text}`, "latin1");

test("lists each firmware file once, in the author's order", () => {
  const names = firmwareNames(
    module("license=GPL\0firmware=tigon/tg3.bin\0firmware=tigon/tg3_tso.bin\0firmware=tigon/tg3.bin\0"),
  );
  assert.deepEqual(names, ["tigon/tg3.bin", "tigon/tg3_tso.bin"]);
});

test("a name that leads out of the firmware folder is not taken", () => {
  assert.deepEqual(firmwareNames(module("firmware=../../etc/passwd\0firmware=a b\0")), []);
});

test("a name cut off by the end of the file is not taken", () => {
  assert.deepEqual(firmwareNames(module("firmware=rtl_nic/rtl8168")), []);
});
