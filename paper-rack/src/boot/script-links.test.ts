import assert from "node:assert/strict";
import { test } from "node:test";
import { hookScript } from "@neverland/protocols";
import { linksOf } from "./script-links.ts";

test("finds both files, whom to ask for work, and by what name, in the script that Boots serves", () => {
  const script = hookScript({
    parameters: {
      facility: "",
      grpcAuthority: "198.18.0.1:42113",
      tls: false,
      insecureTls: false,
      workerId: "02:00:00:00:00:07",
      mac: "02:00:00:00:00:07",
      extraKernelArgs: [],
      kernelParams: [],
    },
    baseUrl: "http://198.18.0.1:7080/hook",
    kernel: "vmlinuz-x86_64",
    initrd: "initramfs-x86_64",
    retries: 30,
    retryDelaySeconds: 2,
  });
  assert.deepEqual(linksOf(script), {
    kernel: "http://198.18.0.1:7080/hook/vmlinuz-x86_64",
    initramfs: "http://198.18.0.1:7080/hook/initramfs-x86_64",
    grpcAuthority: "198.18.0.1:42113",
    workerId: "02:00:00:00:00:07",
  });
});

test("a script that goes on to the disk has none of them", () => {
  assert.throws(() => linksOf("#!ipxe\nexit\n"), { code: "wrong", message: "the script names no kernel" });
});
