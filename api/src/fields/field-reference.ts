// The reference page of fields: made of the schemas, so that it is always true.
import type { KindInfo } from "../kind-info.ts";
import { apiVersionOf } from "../kind-names.ts";
import { kinds } from "../kinds.ts";
import type { FieldDoc } from "./field-doc.ts";
import { fieldDocs } from "./field-docs.ts";

/** Markdown. */
export function fieldReference(): string {
  const shown = Object.values<KindInfo>(kinds);
  const [first] = shown;
  const metadata = first === undefined ? [] : fieldDocs(first).filter(({ name }) => name === "metadata");
  const blocks = [
    "# Fields of every kind",
    introduction,
    "## Every object",
    table(rowsOf(metadata, "")),
    ...shown.flatMap(kindBlocks),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const introduction = `\`tink explain-field hardware.spec.interfaces.dhcp\` and \`kubectl explain\` say the same at the prompt.
A field that is not here is kept and does nothing, and whoever writes it is warned. Type \`[]Object\` is a list of objects, whose fields follow. An asterisk marks
what an object of the kind must have where what is around it is there. This page is made of the schemas in \`api/src/\` by \`npm run generate\`.`;

function kindBlocks(kind: KindInfo): string[] {
  const fields = fieldDocs(kind).filter(({ name }) => !["apiVersion", "kind", "metadata"].includes(name));
  const names = [kind.plural, ...kind.shortNames].map((name) => `\`${name}\``).join(", ");
  return [
    `## ${kind.kind}`,
    `${kind.description}\n\n\`apiVersion: ${apiVersionOf(kind)}\`; at the prompt: ${names}.`,
    table(rowsOf(fields, "")),
  ];
}

function rowsOf(fields: readonly FieldDoc[], prefix: string): string[] {
  return fields.flatMap((field) => {
    const path = `${prefix}${field.name}`;
    const below = `${path}${field.type.startsWith("[]") ? "[]" : field.type.startsWith("map") ? ".NAME" : ""}.`;
    const row = `| \`${path}\`${field.isRequired ? " \\*" : ""} | ${field.type} | ${inCell(field.description)} |`;
    return [row, ...rowsOf(field.fields ?? [], below)];
  });
}

function table(rows: readonly string[]): string {
  return ["| field | type | what it does |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Text that a renderer of Markdown shows as it stands. */
function inCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/[<*_]/g, "\\$&");
}
