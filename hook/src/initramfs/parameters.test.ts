import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runProgram } from "@neverland/debian";

const scripts = join(import.meta.dirname, "../../rootfs/usr/lib/hook");

/** Runs `commands` in busybox' shell after parameters.sh has read `commandLine`. */
async function afterReading(t: TestContext, commandLine: string, commands: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "parameters-test-"));
  t.after(async () => await rm(dir, { recursive: true }));
  const file = join(dir, "cmdline");
  await writeFile(file, `${commandLine}\n`);
  const script = `. "${scripts}/parameters.sh"; read_parameters "${file}"; ${commands}`;
  return await runProgram(["busybox", "sh", "-c", script], { cwd: dir, env: { PATH: "/usr/bin:/bin" } });
}

const fromBoots =
  "vlan_id=100 facility=onprem syslog_host=192.168.2.50 grpc_authority=192.168.2.50:42113 tinkerbell_tls=false " +
  "tinkerbell_insecure_tls=true worker_id=02:00:00:00:00:01 hw_addr=02:00:00:00:00:01 modules=loop,squashfs,sd-mod,usb-storage " +
  "intel_iommu=on iommu=pt initrd=initramfs-x86_64 console=tty0 console=ttyS1,115200 registry_mirror=http://192.168.2.50:7080";

test("the worker gets what the boot script said, under the names that upstream's workers read", async (t) => {
  const output = await afterReading(t, fromBoots, "export_worker_environment; env");
  const environment = new Set(output.split("\n"));
  for (const line of [
    "ID=02:00:00:00:00:01",
    "WORKER_ID=02:00:00:00:00:01",
    "TINKERBELL_GRPC_AUTHORITY=192.168.2.50:42113",
    "TINKERBELL_TLS=false",
    "TINKERBELL_INSECURE_TLS=true",
    "TINK_REGISTRY_MIRROR=http://192.168.2.50:7080",
    "TINK_LAYERS_DIR=/usr/lib/tink/layers",
  ])
    assert.ok(environment.has(line), `${line} is missing in:\n${output}`);
});

test("what the boot script did not say does not reach the worker as an empty value", async (t) => {
  const output = await afterReading(t, "worker_id=a grpc_authority=b:1", "export_worker_environment; env");
  assert.doesNotMatch(output, /REGISTRY|PROXY|proxy/);
});

test("proxies, registries and logins reach the worker", async (t) => {
  const commandLine =
    "docker_registry=registry.example registry_username=u registry_password=p=q insecure_registries=a:5000,b HTTPS_PROXY=http://proxy:3128 NO_PROXY=10.0.0.0/8";
  const output = await afterReading(t, commandLine, "export_worker_environment; env");
  assert.match(output, /^DOCKER_REGISTRY=registry\.example$/m);
  assert.match(output, /^REGISTRY_USERNAME=u$/m);
  assert.match(output, /^REGISTRY_PASSWORD=p=q$/m);
  assert.match(output, /^TINK_INSECURE_REGISTRIES=a:5000,b$/m);
  assert.match(output, /^HTTPS_PROXY=http:\/\/proxy:3128$/m);
  assert.match(output, /^NO_PROXY=10\.0\.0\.0\/8$/m);
});

test("the last word of a name wins, as for the kernel itself", async (t) => {
  assert.equal(await afterReading(t, "worker_id=first worker_id=second", 'echo "$worker_id"'), "second\n");
});

test("nothing on the command line is executed or expanded", async (t) => {
  const commandLine = "worker_id=$(touch,owned) facility=`touch,owned` syslog_host=* grpc_authority=;touch$IFS,owned";
  const output = await afterReading(t, commandLine, 'echo "$worker_id|$facility|$syslog_host|$grpc_authority"; ls');
  assert.equal(output, "$(touch,owned)|`touch,owned`|*|;touch$IFS,owned\ncmdline\n");
});

test("a hardware address is compared in lower case", async (t) => {
  assert.equal(await afterReading(t, "hw_addr=02:AB:CD:00:00:0F", 'echo "$hw_addr"'), "02:ab:cd:00:00:0f\n");
});

test("a VLAN that is no number is no VLAN", async (t) => {
  assert.equal(await afterReading(t, "vlan_id=12;reboot", 'echo "[$vlan_id]"'), "[]\n");
  assert.equal(await afterReading(t, "vlan_id=0", 'echo "[$vlan_id]"'), "[]\n");
});

test("ipam= gives each part its place, and empty parts stay empty", async (t) => {
  const commandLine = "ipam=02-00-00-00-00-0F:7:10.0.0.5:255.255.255.0::box:10.0.0.1,10.0.0.2:example.org:10.0.0.3";
  const parts = ["mac", "vlan", "ip", "netmask", "gateway", "hostname", "dns", "search", "ntp"];
  const echo = parts.map((part) => `"$static_${part}"`).join(" ");
  const output = await afterReading(t, commandLine, `split_ipam; printf '%s\\n' ${echo}`);
  assert.deepEqual(output.split("\n"), [
    "02:00:00:00:00:0f",
    "7",
    "10.0.0.5",
    "255.255.255.0",
    "",
    "box",
    "10.0.0.1,10.0.0.2",
    "example.org",
    "10.0.0.3",
    "",
  ]);
});
