// iPXE scripts: the kernel command line word for word, and values that try to be commands.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scriptUrl, scriptWords } from "./escape.ts";
import {
  chainScript,
  customScript,
  exitScript,
  type HookScriptInput,
  hookKernelArguments,
  hookScript,
} from "./script.ts";

const input: HookScriptInput = {
  parameters: {
    vlanId: "12",
    facility: "onprem console=hvc0",
    syslogHost: "10.77.0.1",
    grpcAuthority: "10.77.0.1:42113",
    tls: false,
    insecureTls: false,
    workerId: "machine-1",
    mac: "52:54:00:00:00:01",
    registryMirror: "http://10.77.0.1:7080",
    extraKernelArgs: ["panic=60"],
    kernelParams: ["quiet", "a=b c=d"],
  },
  baseUrl: "http://10.77.0.1:7080/hook/",
  kernel: "vmlinuz-x86_64",
  initrd: "initramfs-x86_64",
  retries: 1,
  retryDelaySeconds: 2,
};

test("the kernel command line has upstream's parameters in upstream's order, and ours before the free ones", () => {
  assert.equal(
    hookKernelArguments(input.parameters, "initramfs-x86_64"),
    "vlan_id=12 facility=onprem console=hvc0 syslog_host=10.77.0.1 grpc_authority=10.77.0.1:42113 " +
      "tinkerbell_tls=false tinkerbell_insecure_tls=false worker_id=machine-1 hw_addr=52:54:00:00:00:01 " +
      "modules=loop,squashfs,sd-mod,usb-storage intel_iommu=on iommu=pt initrd=initramfs-x86_64 " +
      "console=tty0 console=ttyS1,115200 registry_mirror=http://10.77.0.1:7080 panic=60 quiet a=b c=d",
  );
});

for (const [where, change] of [
  ["the machine", { kernelParams: ["quiet console=ttyS0,115200"] }],
  ["the server", { extraKernelArgs: ["console=ttyS0"] }],
  ["the facility, as upstream's users do it", { facility: "onprem console=ttyS0" }],
] as const)
  test(`a serial console of ${where} is the only one`, () => {
    const words = hookKernelArguments({ ...input.parameters, ...change }, "initrd").split(" ");
    assert.equal(words.filter((word) => word.startsWith("console=ttyS")).length, 1);
    assert.ok(words.includes("console=tty0"));
  });

test("the script loads kernel and initial RAM disk, and leaves to the next boot entry when it cannot", () => {
  const script = hookScript(input).split("\n");
  assert.equal(script[0], "#!ipxe");
  assert.ok(script[4]?.startsWith("kernel http://10.77.0.1:7080/hook/vmlinuz-x86_64 vlan_id=12 "));
  assert.equal(
    script[7],
    "initrd --name initramfs-x86_64 http://10.77.0.1:7080/hook/initramfs-x86_64 || goto initrd_failed",
  );
  assert.deepEqual(script.slice(-3), ["imgfree", `iseq \${platform} efi && exit 1 || exit`, ""]);
});

test("every label that is jumped to exists once", () => {
  const script = hookScript(input);
  const targets = new Set(Array.from(script.matchAll(/goto (\w+)/g), (match) => match[1]));
  const labels = Array.from(script.matchAll(/^:(\w+)$/gm), (match) => match[1]);
  assert.deepEqual(new Set(labels).size, labels.length);
  assert.deepEqual(targets, new Set(labels));
});

test("the exit script fails under UEFI, so that the firmware goes on", () => {
  assert.equal(exitScript(), `#!ipxe\niseq \${platform} efi && exit 1 || exit\n`);
});

test("an operator's own script is served word for word", () => {
  assert.ok(customScript("#!ipxe\nshell\n").endsWith("#!ipxe\nshell\n"));
});

test("words that iPXE would act upon do not reach it", () => {
  assert.equal(scriptWords("a\nshell\r\nb"), "a shell b");
  assert.equal(scriptWords("a || shell && b ; c #d"), "a shell b c");
  assert.equal(scriptWords(`x=\${net0/mac}`), "x={net0/mac}");
  assert.equal(scriptWords(`$\${x} \u2028 \u0085y`), "{x} y");
  assert.equal(scriptUrl(`http://h/a b?c=\${d}\n`), "http://h/a%20b?c=%24%7Bd%7D%0A");
});

test("no value makes a line, a command or an expansion of its own", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("\n", "\r", " ", "||", "&&", ";", "#", "$", "{", "}", "shell", "$${{", "\u2028", "\0"))
      .map((parts) => parts.join("")),
  );
  const hostile = fc.record({
    facility: text,
    workerId: text,
    vlanId: text,
    baseUrl: text,
    kernel: text,
    initrd: text,
    params: fc.array(text),
  });
  const plain = hookScript(input).split("\n");
  fc.assert(
    fc.property(hostile, ({ facility, workerId, vlanId, baseUrl, kernel, initrd, params }) => {
      const parameters = {
        ...input.parameters,
        facility,
        workerId,
        vlanId,
        kernelParams: params,
        syslogHost: workerId,
        registryMirror: baseUrl,
      };
      const script = hookScript({ ...input, parameters, baseUrl, kernel, initrd }).split("\n");
      assert.equal(script.length, plain.length);
      for (const [at, line] of script.entries()) {
        assert.equal(
          line.match(/\s(\|\||&&|;)(?=\s|$)/g)?.length,
          plain[at]?.match(/\s(\|\||&&|;)(?=\s|$)/g)?.length,
          line,
        );
        assert.equal(line.match(/\$\{/g)?.length, plain[at]?.match(/\$\{/g)?.length, line);
        assert.equal(line.split(" ")[0], plain[at]?.split(" ")[0]);
      }
    }),
    { numRuns: 500 },
  );
});

test("a chained URL stays one word of one line", () => {
  assert.equal(
    chainScript("http://h/x y\nshell"),
    `#!ipxe\nchain --autofree http://h/x%20y%0Ashell || goto give_up\n:give_up\niseq \${platform} efi && exit 1 || exit\n`,
  );
});
