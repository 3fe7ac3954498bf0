// Wishes read from real files, and granted by real commands.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MachinePower } from "./power.ts";

function rig(t: TestContext): { power: MachinePower; path: (name: string) => string } {
  const directory = mkdtempSync(join(tmpdir(), "power-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = (name: string): string => join(directory, name);
  const power = new MachinePower({
    workerDir: directory,
    rebootCommand: ["touch", path("rebooted")],
    kexecCommand: ["false"],
    kexecLoadedFile: path("kexec_loaded"),
  });
  return { power, path };
}

test("nothing is wished for at first", (t) => {
  assert.equal(rig(t).power.wish(), undefined);
});

test("a file named reboot is a wish, granted by the command, and can be taken back", (t) => {
  const { power, path } = rig(t);
  writeFileSync(path("reboot"), "");
  assert.equal(power.wish(), "reboot");
  power.fulfil("reboot");
  assert.ok(existsSync(path("rebooted")));
  power.forget();
  assert.equal(power.wish(), undefined);
});

test("a loaded kernel is a wish for kexec, an unloaded one is none", (t) => {
  const { power, path } = rig(t);
  writeFileSync(path("kexec_loaded"), "0\n");
  assert.equal(power.wish(), undefined);
  writeFileSync(path("kexec_loaded"), "1\n");
  assert.equal(power.wish(), "kexec");
});

test("a command that fails says which", (t) => {
  assert.throws(() => rig(t).power.fulfil("kexec"), { code: "power", message: /"false" failed/ });
});
