// examples/debian-kexec: the installed kernel is started from the in-memory OS, without restart, firmware or boot loader.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KexecResult } from "./installs-by-kexec.ts";
import type { LabOrder } from "./lab-install.ts";
import { orderLabInstall } from "./order-lab-install.ts";

const timeout = 15 * 60_000;

test("an installation that ends with kexec is reported, and its machine runs without having restarted", {
  timeout,
}, async ({ signal }) => {
  await orderLabInstall<LabOrder, KexecResult>("installs-by-kexec.ts", {}, signal, ({ result, about }) => {
    assert.equal(result.state, "SUCCESS", about);
    const actions = { "write-image": "SUCCESS", "configure-cloud-init": "SUCCESS", kexec: "SUCCESS" };
    assert.deepEqual(result.actions, actions, about);
    assert.equal(result.hostname, "demo", about);
    assert.match(result.kernel, /^\d.*-cloud-amd64$/, about); // the image's own; Hook's has drivers for real hardware
    assert.match(result.commandLine, /root=UUID=/, about);
    assert.doesNotMatch(result.commandLine, /BOOT_IMAGE/, about);
    assert.ok(result.rootBytes > 7.2 * 2 ** 30, about); // grown to the disk of 8 GiB
    assert.equal(result.resets, 0, about);
    // The same question has an answer before the action, so its silence afterwards says something.
    assert.ok(
      result.before.some((request) => firmwareOrLoader.test(request)),
      about,
    );
    assert.ok(
      result.after.some((request) => request.startsWith("DhcpAck")),
      about,
    );
    assert.deepEqual(
      result.after.filter((request) => firmwareOrLoader.test(request)),
      [],
      about,
    );
  });
});

/** DHCP by firmware and iPXE, and whatever a loader fetches. */
const firmwareOrLoader = /PXEClient|HTTPClient|^(TftpRead|BinaryServed|ScriptServed|KernelServed|InitrdServed) /;
