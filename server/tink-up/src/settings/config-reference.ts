// The reference page of all settings, made of the schemas that read them.
import { flagName, type NamedSetting, variableOf } from "@neverland/component-kit/setting.ts";
import { allSettings, defaultConfigFile } from "./config.ts";

/** Markdown. */
export function configReference(): string {
  const sections = Map.groupBy(allSettings, ({ path }) => (path.includes(".") ? (path.split(".")[0] ?? "") : ""));
  const tables = [...sections].map(([section, settings]) => `${headingOf(section)}\n${tableOf(settings)}`);
  return `${introduction}\n${tables.join("\n")}`;
}

const introduction = `# Configuration of tink up

This page is made of the schemas in the code (\`node tools/src/generate-docs.ts\`).

Settings come from one YAML file, \`${defaultConfigFile}\` where it is there, or the one that \`--config\` or \`TINK_CONFIG\` names; from the
files \`config.d/*.yaml\` (or \`.yml\`) beside it, by name; from the environment; and from flags. What comes later in this list goes before what comes earlier, and
a list replaces a list. Names are paths: \`boots.dhcp.port\` is \`port\` in \`dhcp\` in \`boots\`. In a variable, items of a list are separated by
commas (kernel arguments by spaces), true and false are any word that Go's programs take (\`1\`, \`True\`, \`F\`), and an empty variable is none. Everything that is wrong is told at once, with file, line and column, and then
nothing is started. A change counts from the next start. What is in \`config.d\`, and \`${defaultConfigFile}\` where nobody named
it, is believed when it and its folders belong to this user, root, or whoever owns this program, and nobody else may write them; of a file that was
named, that is only warned of. Links are followed, as a ConfigMap's mount and NixOS have them, where each link, the folders on its way and what it leads to
are such.

\`\`\`yaml
apiVersion: config.neverland.dev/v1alpha1
boots:
  interfaces: [eth1]
  dhcp:
    enabled: false
\`\`\`
`;

function headingOf(section: string): string {
  return section === "" ? "## The process\n" : `## ${section}\n`;
}

function tableOf(settings: readonly NamedSetting[]): string {
  const rows = settings.map(rowOf);
  return `| setting | what it does | default | flag | variable |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function rowOf({ path, setting }: NamedSetting): string {
  const { effect, unit, flag, form } = setting;
  const what = [effect, unit, form === "list" ? "a list" : undefined].filter((one) => one !== undefined).join("; ");
  const flagText = flag === undefined ? "" : `\`${flagName(flag)}\``;
  const cells = [`\`${path}\``, what, defaultOf(setting), flagText, `\`${variableOf(path)}\``];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function defaultOf({ fallback, schema }: NamedSetting["setting"]): string {
  if (fallback !== undefined) return fallback;
  const value = schema.safeParse(undefined).data;
  return typeof value === "object" || value === undefined ? "none" : `\`${String(value)}\``;
}
