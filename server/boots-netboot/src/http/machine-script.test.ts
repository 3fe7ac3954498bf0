// Which script a machine gets: its own, a chained one, or ours with its own values.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HardwareInterface } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MacAddress } from "@neverland/protocols";
import { testMachine } from "../testing/machines.ts";
import { type ScriptConfig, scriptForMachine } from "./machine-script.ts";

const config: ScriptConfig = {
  httpBaseUrl: "http://10.77.0.1:7080",
  hookBaseUrl: undefined,
  grpcAuthority: "10.77.0.1:42113",
  tls: false,
  insecureTls: false,
  syslogHost: undefined,
  registryMirror: "http://10.77.0.1:7080",
  extraKernelArgs: ["console=ttyS0"],
};

function scriptOf(
  card: HardwareInterface,
  spec: { agentID?: string } = {},
  changed: Partial<ScriptConfig> = {},
): string {
  const hardware = testMachine(50, { ...card, netboot: { allowPXE: true, ...card.netboot } });
  const machine: MachineCard = {
    key: "default/m50",
    mac: "52:54:00:00:00:32" as MacAddress,
    address: undefined,
    hardware: { ...hardware, spec: { ...hardware.spec, ...spec } },
    card: hardware.spec?.interfaces?.[0] ?? {},
  };
  const script = scriptForMachine(machine, { ...config, ...changed });
  return script.allowed ? script.text : script.reason;
}

test("kernel and initial RAM disk are named by the machine's architecture", () => {
  assert.match(scriptOf({}), /\/hook\/vmlinuz-x86_64 [\s\S]*\/hook\/initramfs-x86_64 /);
  assert.match(scriptOf({ dhcp: { arch: "aarch64" } }), /\/hook\/vmlinuz-aarch64 [\s\S]*\/hook\/initramfs-aarch64 /);
});

test("the machine's own environment goes before the server's, the server's before ours", () => {
  const osie = { baseURL: "http://10.9.9.9/osie/", kernel: "k", initrd: "i?v=1", kernelParams: ["quiet"] };
  const script = scriptOf({ netboot: { osie } }, {}, { hookBaseUrl: "http://10.8.8.8" });
  assert.match(
    script,
    /^kernel http:\/\/10\.9\.9\.9\/osie\/k .* initrd=i .* console=ttyS0 quiet \|\| goto kernel_failed$/m,
  );
  assert.match(script, /^initrd --name i http:\/\/10\.9\.9\.9\/osie\/i\?v=1 /m);
  assert.match(scriptOf({}, {}, { hookBaseUrl: "http://10.8.8.8" }), /kernel http:\/\/10\.8\.8\.8\/vmlinuz-x86_64 /);
});

test("the worker is named by agentID, else by MAC", () => {
  assert.match(scriptOf({}, { agentID: "rack1-u7" }), / worker_id=rack1-u7 hw_addr=52:54:00:00:00:32 /);
  assert.match(scriptOf({}), / worker_id=52:54:00:00:00:32 hw_addr=52:54:00:00:00:32 /);
});

test("a VLAN and a syslog host are named only when set", () => {
  assert.match(
    scriptOf({ dhcp: { vlan_id: "16" } }, {}, { syslogHost: "10.77.0.3" }),
    / vlan_id=16 facility= syslog_host=10\.77\.0\.3 grpc_authority=/,
  );
  assert.doesNotMatch(scriptOf({}), /vlan_id|syslog_host/);
});

test("a download is tried for a minute, which a server that restarts needs not half of", () => {
  assert.match(scriptOf({}), /iseq \$\{tries\} 30 && goto give_up/);
  assert.match(scriptOf({}), /^sleep 2$/m);
});

test("a machine's own script is chained to or served, and only http and https are chained to", () => {
  assert.match(
    scriptOf({ netboot: { ipxe: { url: "https://10.0.0.9/x.ipxe" } } }),
    /^chain --autofree https:\/\/10\.0\.0\.9\/x\.ipxe /m,
  );
  assert.match(scriptOf({ netboot: { ipxe: { contents: "#!ipxe\nshell\n" } } }), /\n#!ipxe\nshell\n$/);
  assert.match(scriptOf({ netboot: { ipxe: { url: "file:///etc/passwd" } } }), /^kernel /m);
});

test("without allowPXE there is no script", () => {
  assert.equal(scriptOf({ netboot: { allowPXE: false } }), "NetbootNotAllowed");
});
