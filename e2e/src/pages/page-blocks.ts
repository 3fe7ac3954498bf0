// What a page has people type, in its order: blocks of commands, files that it shows whole, and what it has them do otherwise.

/** `commands` are for a shell; where they are typed is said behind the language (```` ```sh on the machine ````), or that they are to fail (`fails`). */
export type PageStep =
  | { readonly kind: "commands"; readonly line: number; readonly text: string; readonly where: string }
  /** A block with a title: ```` ```yaml title="node-2.yaml" ````. */
  | { readonly kind: "file"; readonly line: number; readonly text: string; readonly path: string }
  /** A block of `text`: what the commands before it print, `…` standing for anything. */
  | { readonly kind: "seen"; readonly line: number; readonly text: string }
  /** What no command does, for the reader in words and for the test as a comment: `<!-- do: power on -->`. */
  | { readonly kind: "deed"; readonly line: number; readonly name: string };

const fence = /^( *)```(\w*) *(.*)$/;
const deed = /^ *<!-- do: (.+) -->$/;

/** Blocks of other languages, and those of `console`, which show what was seen, are no steps. */
export function pageSteps(page: string): readonly PageStep[] {
  const steps: PageStep[] = [];
  const lines = page.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, name] = deed.exec(lines[at] ?? "") ?? [];
    if (name !== undefined) steps.push({ kind: "deed", line: at + 1, name });
    const [, indent = "", language = "", rest = ""] = fence.exec(lines[at] ?? "") ?? [];
    if (!lines[at]?.startsWith(`${indent}\`\`\``)) continue;
    const line = at + 1;
    const end = lines.findIndex((text, index) => index > at && text.trimEnd() === `${indent}\`\`\``);
    const text = lines
      .slice(at + 1, end)
      .map((each) => each.slice(indent.length))
      .join("\n");
    const [, path] = /\btitle="([^"]+)"/.exec(rest) ?? [];
    if (path !== undefined) steps.push({ kind: "file", line, text: `${text}\n`, path });
    else if (language === "text") steps.push({ kind: "seen", line, text });
    else if (language === "sh") steps.push({ kind: "commands", line, text, where: rest.trim() });
    at = end;
  }
  return steps;
}
