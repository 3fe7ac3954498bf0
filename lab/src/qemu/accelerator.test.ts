import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chooseAccelerator } from "./accelerator.ts";
import { probeKvm } from "./kvm-probe.ts";

const { signal } = new AbortController();
const cacheDir = await mkdtemp(join(tmpdir(), "lab-kvm-"));
after(() => rm(cacheDir, { recursive: true }));

test("takes KVM only after it has booted firmware, and asks once", async () => {
  let probes = 0;
  const probe = (): Promise<{ usable: boolean; reason: string }> => {
    probes += 1;
    return Promise.resolve({ usable: true, reason: "it booted" });
  };
  assert.deepEqual(await chooseAccelerator("auto", { cacheDir, probe }, signal), {
    accelerator: "kvm",
    reason: "it booted",
  });
  assert.equal((await chooseAccelerator("kvm", { cacheDir, probe }, signal)).accelerator, "kvm");
  assert.equal(probes, 1);
});

test("goes by the probe alone where nothing can be kept", async () => {
  const probe = (): Promise<{ usable: boolean; reason: string }> =>
    Promise.resolve({ usable: true, reason: "it booted" });
  const file = join(cacheDir, "file");
  await writeFile(file, "");
  assert.equal((await chooseAccelerator("kvm", { cacheDir: join(file, "below"), probe }, signal)).accelerator, "kvm");
});

test("emulates when KVM does not boot, and refuses when it was demanded", async () => {
  const probe = (): Promise<{ usable: boolean; reason: string }> =>
    Promise.resolve({ usable: false, reason: "it hung" });
  assert.equal((await chooseAccelerator("auto", { probe }, signal)).accelerator, "tcg");
  await assert.rejects(chooseAccelerator("kvm", { probe }, signal), { code: "bad-spec", message: /it hung/ });
});

test("emulates without a probe when told to", async () => {
  const probe = (): Promise<never> => Promise.reject(new Error("probed"));
  assert.equal((await chooseAccelerator("tcg", { probe }, signal)).accelerator, "tcg");
});

test("the real probe comes to a verdict with a reason, with or without a KVM that works", async () => {
  const verdict = await probeKvm("qemu-system-x86_64", signal);
  assert.equal(typeof verdict.usable, "boolean");
  assert.match(verdict.reason, /kvm|KVM/);
});
