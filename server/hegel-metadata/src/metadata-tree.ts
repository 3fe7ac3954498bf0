// What a machine is told of itself, as the tree of EC2's metadata service, version 2009-04-04.

import { isIPv4 } from "node:net";
import { type Hardware, oneLine } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { instanceIdentity } from "./instance-identity.ts";

/** A text, or a directory of named nodes. */
export type MetadataNode = string | ReadonlyMap<string, MetadataNode>;

type Instance = NonNullable<NonNullable<NonNullable<Hardware["spec"]>["metadata"]>["instance"]>;

/** The whole tree. What the Hardware does not say is an empty text, never a missing one: cloud-init asks for some by name. */
export function metadataTree(hardware: KnownHardware): MetadataNode {
  const { spec } = hardware;
  const { id, hostname } = instanceIdentity(hardware);
  const instance = spec?.metadata?.instance ?? {};
  const facility = spec?.metadata?.facility ?? {};
  const vendorData = spec?.vendorData ? { "vendor-data": spec.vendorData } : {};
  return directory({
    "meta-data": directory({
      facility: oneLine(facility.facility_code ?? ""),
      hostname,
      "instance-id": id,
      iqn: "",
      "local-hostname": hostname,
      "local-ipv4": addressOf(instance, (ip) => ip.family === 4 && ip.public !== true) || leasedAddress(hardware),
      "operating-system": operatingSystem(instance),
      plan: oneLine(facility.plan_slug ?? ""),
      "public-ipv4": addressOf(instance, (ip) => ip.family === 4 && ip.public === true),
      "public-ipv6": addressOf(instance, (ip) => ip.family === 6),
      "public-keys": publicKeys(instance),
      tags: (instance.tags ?? []).map(oneLine).join("\n"),
    }),
    "user-data": spec?.userData ?? "",
    ...vendorData,
  });
}

/**
 * The text at a path of the tree; of a directory, its sorted names, those of directories ending in `/`.
 * @param path Without regard to slashes at its ends. @returns `undefined` when there is no such path.
 */
export function readTree(root: MetadataNode, path: string): string | undefined {
  let node: MetadataNode | undefined = root;
  for (const name of path.split("/").filter((part) => part !== "")) {
    node = typeof node === "string" ? undefined : node.get(name);
    if (node === undefined) return undefined;
  }
  return typeof node === "string" ? node : listing(node);
}

function listing(node: ReadonlyMap<string, MetadataNode>): string {
  const keys = [...node].map(([name, child]) => (typeof child === "string" ? name : `${name}/`));
  return keys.sort().join("\n");
}

/** EC2's own layout: the directory lists `0=NAME`, and the key is at `0/openssh-key`; without keys it is an empty text. */
function publicKeys({ ssh_keys }: Instance): MetadataNode {
  const keys = (ssh_keys ?? []).map((key) => key.trim()).filter((key) => key !== "");
  return keys.length === 0 ? "" : new KeyDirectory(keys);
}

/** Its names are not what it lists: `0` is found, `0=key-0` is shown. */
class KeyDirectory extends Map<string, MetadataNode> {
  constructor(keys: readonly string[]) {
    super(keys.map((key, index) => [String(index), directory({ "openssh-key": key })]));
  }

  override *[Symbol.iterator](): MapIterator<[string, MetadataNode]> {
    for (const index of this.keys()) yield [`${index}=key-${index}`, ""];
  }
}

function operatingSystem({ operating_system }: Instance): MetadataNode {
  const { slug = "", distro = "", version = "", image_tag = "" } = operating_system ?? {};
  const lines = Object.entries({ slug, distro, version, image_tag }).map(([name, text]) => [name, oneLine(text)]);
  return directory({ ...Object.fromEntries(lines), license_activation: directory({ state: "" }) });
}

function addressOf(
  { ips }: Instance,
  isWanted: (ip: { family?: number | undefined; public?: boolean | undefined }) => boolean,
): string {
  return oneLine(ips?.find(isWanted)?.address ?? "");
}

/** Of a Hardware that names no addresses of the instance: what DHCP gives it. */
function leasedAddress({ spec }: KnownHardware): string {
  if (spec?.metadata?.instance?.ips?.length) return "";
  const addresses = (spec?.interfaces ?? []).map(({ dhcp }) => oneLine(dhcp?.ip?.address ?? ""));
  return addresses.find((address) => isIPv4(address)) ?? "";
}

function directory(children: Record<string, MetadataNode>): ReadonlyMap<string, MetadataNode> {
  return new Map(Object.entries(children));
}
