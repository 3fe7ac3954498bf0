// The files of cloud-init's NoCloud data source, for systems that are told `seedfrom=http://HOST:PORT/nocloud/`.
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { instanceIdentity } from "./instance-identity.ts";

export const seedFiles = ["meta-data", "user-data", "vendor-data", "network-config"] as const;
export type SeedFile = (typeof seedFiles)[number];

export function seedFile(hardware: KnownHardware, file: SeedFile): string {
  const { spec } = hardware;
  switch (file) {
    // Its network is by DHCP, as cloud-init has it where nothing is said. What is not there at all it asks for ten times (since 24.3).
    case "network-config":
      return "";
    case "user-data":
      return spec?.userData ?? "";
    case "vendor-data":
      return spec?.vendorData ?? "";
    case "meta-data": {
      const { id, hostname } = instanceIdentity(hardware);
      const keys = spec?.metadata?.instance?.ssh_keys ?? [];
      // JSON is YAML, and needs no care with what values look like.
      return `${JSON.stringify({ "instance-id": id, "local-hostname": hostname, "public-keys": keys }, null, 2)}\n`;
    }
  }
}
