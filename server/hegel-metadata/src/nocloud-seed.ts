// The files of cloud-init's NoCloud data source, for systems that are told `seedfrom=http://HOST:PORT/nocloud/`.
import { type Hardware, oneLine } from "@neverland/api";

export const seedFiles = ["meta-data", "user-data", "vendor-data"] as const;
export type SeedFile = (typeof seedFiles)[number];

export function seedFile({ spec }: Pick<Hardware, "spec">, file: SeedFile): string {
  switch (file) {
    case "user-data":
      return spec?.userData ?? "";
    case "vendor-data":
      return spec?.vendorData ?? "";
    case "meta-data": {
      const { id = "", hostname = "", ssh_keys } = spec?.metadata?.instance ?? {};
      // JSON is YAML, and needs no care with what values look like.
      const names = { "instance-id": oneLine(id), "local-hostname": oneLine(hostname) };
      return `${JSON.stringify({ ...names, "public-keys": ssh_keys ?? [] }, null, 2)}\n`;
    }
  }
}
