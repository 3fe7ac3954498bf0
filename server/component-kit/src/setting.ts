// One thing that the server can be told: what it may be, and what help and reference say of it.
import type { z } from "zod";

/** The headings of the help, in its order. */
export const flagGroups = ["Where it listens:", "How machines boot:", "Worker protocol:", "Folders:"] as const;

/** How a setting is known on the command line. */
export type Flag = {
  /** As help shows it: `--dhcp-port <port>`; `--no-dhcp` for a truth that is switched off. */
  readonly form: string;
  readonly group: (typeof flagGroups)[number];
  /** What help says of it, where that is not the setting's effect: of a switch that turns something off. */
  readonly help?: string;
  /** Works, but is left out of the help: for tests. */
  readonly hidden?: true;
  /** Several values in one: `--only boots,hegel`. Lists without it are made by repeating the flag. */
  readonly separator?: ",";
};

export type Setting<Value = unknown> = {
  /** `text`, `number` and `truth` (true or false), or a list of texts. */
  readonly form: "text" | "number" | "truth" | "list";
  /** Its default is the setting's default. Its messages say what was expected. */
  readonly schema: z.ZodType<Value>;
  /** What it does, as a phrase that help can show. */
  readonly effect: string;
  /** Of a number: `bytes`. */
  readonly unit?: string;
  /** The default in words, where the schema has none or its value says little. */
  readonly fallback?: string;
  readonly flag?: Flag;
  /** Between the items of a list in an environment variable; default `,`. */
  readonly separator?: " " | ",";
};

/** Settings by name, with sections inside of sections: `{ dhcp: { port: … } }` is `dhcp.port`. */
export type SettingTree = { readonly [name: string]: Setting | SettingTree };

/** What a tree of settings is read to. */
export type ValuesOf<Tree> = {
  readonly [Name in keyof Tree]: Tree[Name] extends Setting<infer Value> ? Value : ValuesOf<Tree[Name]>;
};

/** A setting with its full path: `boots.dhcp.port`. */
export type NamedSetting = { readonly path: string; readonly setting: Setting };

/** Every setting of a tree, in its order. @param prefix The path of the tree itself; empty at the top. */
export function settingsOf(tree: SettingTree, prefix: string): NamedSetting[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return isSetting(node) ? [{ path, setting: node }] : settingsOf(node, path);
  });
}

/** `boots.dhcp.port` is `TINK_BOOTS_DHCP_PORT`. */
export function variableOf(path: string): string {
  return `TINK_${path
    .replaceAll(".", "_")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
}

/** `--dhcp-port` of `--dhcp-port <port>`. */
export function flagName({ form }: Pick<Flag, "form">): string {
  return form.split(" ")[0] ?? form;
}

export function isSetting(node: Setting | SettingTree): node is Setting {
  return "schema" in node && "effect" in node;
}
