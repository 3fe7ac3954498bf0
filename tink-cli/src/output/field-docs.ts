// Fields of a kind as text: each with what it does, or all below as a tree of names.
import type { FieldDoc } from "@neverland/api/field-doc";

const width = 100;
const indent = "    ";

/** Ends with a newline. */
export function describeFields(fields: readonly FieldDoc[]): string {
  return fields.map((field) => `  ${line(field)}\n${wrapped(field.description)}\n`).join("\n");
}

/** A line each, indented by where it stands. Ends with a newline. */
export function fieldTree(fields: readonly FieldDoc[], depth = 1): string {
  return fields
    .map((field) => `${"  ".repeat(depth)}${line(field)}\n${fieldTree(field.fields ?? [], depth + 1)}`)
    .join("");
}

function line({ name, type, isRequired }: FieldDoc): string {
  return `${name}\t<${type}>${isRequired ? " -required-" : ""}`;
}

/** Indented, and broken at a hundred characters. */
export function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width - indent.length) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((each) => `${indent}${each}`).join("\n");
}
