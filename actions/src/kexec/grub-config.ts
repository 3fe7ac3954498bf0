// Reads out of a grub.cfg, as grub-mkconfig writes it, what its default menu entry boots. It is not run: conditions are not decided.

/** Paths as GRUB sees them, from the root of the file system it boots from. */
export type BootEntry = {
  readonly title: string;
  readonly kernel: string;
  readonly initrds: readonly string[];
  readonly commandLine: string;
};

type MenuEntry = {
  readonly title: string;
  readonly id: string | undefined;
  readonly kind: "menuentry" | "submenu";
  readonly children: MenuEntry[];
  kernel?: readonly string[];
  initrds?: readonly string[];
};

/** @returns undefined when no entry boots Linux. */
export function defaultEntry(config: string): BootEntry | undefined {
  const root: MenuEntry = { title: "", id: undefined, kind: "submenu", children: [] };
  let choice = "0";
  const open: (MenuEntry | undefined)[] = [root];
  for (const line of config.split("\n").map((each) => each.trim())) {
    const [word = "", ...rest] = words(line);
    const entry = open.findLast((each) => each !== undefined) ?? root;
    if (word === "menuentry" || word === "submenu") {
      const child: MenuEntry = { title: rest[0] ?? "", id: idOf(rest), kind: word, children: [] };
      entry.children.push(child);
      open.push(child);
    } else if (line.endsWith("{")) open.push(undefined);
    else if (line === "}") open.pop();
    else if (word === "set" && open.length === 1) choice = literalDefault(rest[0]) ?? choice;
    else if (/^linux(efi|16)?$/.test(word)) entry.kernel = rest;
    else if (/^initrd(efi|16)?$/.test(word)) entry.initrds = rest;
  }
  return bootEntry(choose(root, choice) ?? firstBootable(root));
}

/** `default="${saved_entry}"` is decided by a file of GRUB's; the literal value stands where there is one. */
function literalDefault(assignment: string | undefined): string | undefined {
  const value = /^default=(.*)$/.exec(assignment ?? "")?.[1];
  return value === undefined || value === "" || value.includes("$") ? undefined : value;
}

/** `1>2`: by position from 0, title or id, through the menus. */
function choose(menu: MenuEntry, choice: string): MenuEntry | undefined {
  let entry: MenuEntry | undefined = menu;
  for (const part of choice.split(">"))
    entry = entry?.children.find((each, at) => part === String(at) || part === each.title || part === each.id);
  return entry === undefined ? undefined : firstBootable(entry);
}

function firstBootable(entry: MenuEntry): MenuEntry | undefined {
  if (entry.kernel !== undefined) return entry;
  for (const child of entry.children) {
    const found = firstBootable(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function bootEntry(entry: MenuEntry | undefined): BootEntry | undefined {
  const [kernel, ...args] = entry?.kernel ?? [];
  if (entry === undefined || kernel === undefined) return undefined;
  const path = (text: string): string => text.replace(/^\([^)]*\)/, "").replace(/^\$\{?root\}?/, "");
  return {
    title: entry.title,
    kernel: path(kernel),
    initrds: (entry.initrds ?? []).map(path),
    commandLine: args.filter((arg) => !arg.includes("$")).join(" "),
  };
}

/** The id is what follows `$menuentry_id_option` or `--id`. */
function idOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "$menuentry_id_option" || arg === "--id");
  return at === -1 ? undefined : args[at + 1];
}

/** GRUB's words: parted by blanks, quoted as in a shell. */
function words(line: string): string[] {
  if (line.startsWith("#")) return [];
  const parts = line.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^\s"'\\]))+/g);
  return [...parts].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_all, double, single, escaped) =>
      String(double === undefined ? (single ?? escaped) : double.replace(/\\(["\\$])/g, "$1")),
    ),
  );
}
