// Which iPXE script a machine gets, from its Hardware and the server's settings.

import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { whyNoNetboot } from "@neverland/machines/netboot-loans.ts";
import { chainScript, customScript, hookScript } from "@neverland/protocols";

export interface ScriptConfig {
  /** Where the machine reaches our HTTP server; no slash at the end. */
  readonly httpBaseUrl: string;
  /** Directory of kernel and initial RAM disk; undefined: our own `/hook`. */
  readonly hookBaseUrl: string | undefined;
  /** `host:port` of the workflow server. */
  readonly grpcAuthority: string;
  readonly tls: boolean;
  readonly insecureTls: boolean;
  readonly syslogHost: string | undefined;
  readonly registryMirror: string | undefined;
  readonly extraKernelArgs: readonly string[];
}

/**
 * How often iPXE tries a download again, and how long it waits before: a minute in all. A machine that leaves sooner, while the
 * server restarts or is upgraded, boots its old disk or stands before "no bootable device" until somebody comes.
 */
const [retries, retryDelaySeconds] = [30, 2];

export type MachineScript =
  | { readonly allowed: true; readonly kind: "chain" | "custom" | "hook"; readonly text: string }
  | { readonly allowed: false; readonly reason: "NetbootNotAllowed"; readonly message: string };

export function scriptForMachine(machine: MachineCard, config: ScriptConfig): MachineScript {
  const { netboot } = machine.card;
  if (netboot?.allowPXE !== true) {
    const message = `${machine.key} (${machine.mac}) ${whyNoNetboot(netboot)}; the machine goes on to its next boot device`;
    return { allowed: false, reason: "NetbootNotAllowed", message };
  }
  // Only these two: another scheme is not one that iPXE of the demo's age loads.
  if (/^https?:\/\//i.test(netboot.ipxe?.url ?? ""))
    return { allowed: true, kind: "chain", text: chainScript(netboot.ipxe?.url ?? "") };
  if (netboot.ipxe?.contents) return { allowed: true, kind: "custom", text: customScript(netboot.ipxe.contents) };
  return { allowed: true, kind: "hook", text: defaultScript(machine, config) };
}

function defaultScript({ mac, card, hardware }: MachineCard, config: ScriptConfig): string {
  const architecture = card.dhcp?.arch || "x86_64";
  const osie = card.netboot?.osie;
  return hookScript({
    parameters: {
      vlanId: card.dhcp?.vlan_id || undefined,
      facility: hardware.spec?.metadata?.facility?.facility_code ?? "",
      syslogHost: config.syslogHost,
      grpcAuthority: config.grpcAuthority,
      tls: config.tls,
      insecureTls: config.insecureTls,
      workerId: hardware.spec?.agentID || mac,
      mac,
      registryMirror: config.registryMirror,
      extraKernelArgs: config.extraKernelArgs,
      kernelParams: osie?.kernelParams ?? [],
    },
    baseUrl: osie?.baseURL || config.hookBaseUrl || `${config.httpBaseUrl}/hook`,
    kernel: osie?.kernel || `vmlinuz-${architecture}`,
    initrd: osie?.initrd || `initramfs-${architecture}`,
    retries,
    retryDelaySeconds,
  });
}
