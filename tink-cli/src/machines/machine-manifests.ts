// The objects of a first machine, made of what only its owner knows: its card, its address, and who may log in.
import { BlockList } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import { apiVersionOf, type Hardware, kinds, netmaskOf, type Workflow } from "@neverland/api";
import type { ManifestObject } from "../manifests/manifest-files.ts";

/** No file has it. */
export type MadeObject = Pick<ManifestObject, "kind" | "resource">;

export type NewMachine = {
  readonly name: string;
  readonly namespace: string;
  readonly mac: string;
  readonly network: Network;
  readonly gateway?: string;
  readonly disk: string;
  readonly sshKeys: readonly string[];
};

/** An address, and how long its network's prefix is. */
export type Network = { readonly address: string; readonly prefixLength: number };

/** @param text Such as `192.168.1.50/24`. */
export function readNetwork(text: string): Network | undefined {
  const [, address = "", bits = ""] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  const isAddress = address !== "" && address.split(".").every((part) => Number(part) <= 255);
  return isAddress && Number(bits) >= 1 && Number(bits) <= 32 ? { address, prefixLength: Number(bits) } : undefined;
}

/** A workflow lends it the permission to boot from the network, so nothing is said of that here. Where there is a gateway, it is taken to answer DNS, as in most small networks. */
export function newHardware(machine: NewMachine): MadeObject {
  const { name, namespace, mac, network, gateway, disk, sshKeys } = machine;
  const ip = { address: network.address, netmask: netmaskOf(network.prefixLength), ...(gateway && { gateway }) };
  const dhcp = {
    ...{ mac, hostname: name, arch: "x86_64", lease_time: 86_400, ip },
    ...(gateway && { name_servers: [gateway] }),
  };
  const spec: Hardware["spec"] = {
    disks: [{ device: disk }],
    interfaces: [{ dhcp }],
    metadata: { instance: { id: name, hostname: name, ssh_keys: [...sshKeys] } },
  };
  return placed(kinds.Hardware, { name, namespace }, spec);
}

/** Runs a template of `examples/` on it, once. @param server `ADDRESS:PORT` where machines reach `tink up`. */
export function newWorkflow({ name, namespace, mac }: NewMachine, templateRef: string, server: string): MadeObject {
  const spec: Workflow["spec"] = {
    templateRef,
    hardwareRef: name,
    hardwareMap: { device_1: mac, server },
  };
  return placed(kinds.Workflow, { name: `${name}-${templateRef}`, namespace }, spec);
}

function placed(
  kind: ManifestObject["kind"],
  metadata: { readonly name: string; readonly namespace: string },
  spec: unknown,
): MadeObject {
  return { kind, resource: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec } };
}

/** Which of this computer's addresses machines on that network reach. */
export function ownAddressIn(
  { address, prefixLength }: Network,
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>,
): string | undefined {
  const network = new BlockList();
  network.addSubnet(address, prefixLength);
  const own = Object.values(interfaces).flatMap((all = []) => all.filter(({ family }) => family === "IPv4"));
  return own.map((each) => each.address).find((each) => network.check(each));
}
