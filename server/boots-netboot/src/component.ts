// Boots as a row of the table of components: its settings; the rest is loaded when it runs.
import { defineComponent } from "@neverland/component-kit/component.ts";
import type { Settings } from "@neverland/component-kit/read-settings.ts";
import { bootsSettings } from "./boots-settings.ts";

const parts = () => import("./make-boots.ts");

export const component = defineComponent({
  name: "boots",
  path: "boots",
  settings: bootsSettings,
  problems: withoutDhcpThereIsALink,
  check: async (deps) => await (await import("./check-boot-folders.ts")).checkBootFolders(deps),
  load: parts,
  make: async (deps) => (await parts()).makeBoots(deps),
});

function withoutDhcpThereIsALink(settings: Settings): readonly string[] {
  const interfaces = settings.get("boots.interfaces");
  if (settings.get("boots.dhcp.enabled") !== false || !Array.isArray(interfaces) || interfaces.length > 0) return [];
  const [missing, off] = [
    settings.nameOf("boots.interfaces", "boots.dhcp.enabled"),
    settings.nameOf("boots.dhcp.enabled"),
  ];
  const what = off === "boots.dhcp.enabled" ? `${off}: false` : off;
  return [
    `${settings.placeOf("boots.dhcp.enabled")}${missing} is needed with ${what}, or nothing is served by TFTP either`,
  ];
}
