// Go's Sprint and Sprintln.
import type { GoValue } from "../values/values.ts";
import { printDefault, type Spend } from "./print-value.ts";

/** A space stands between two operands when neither is a string. */
export function sprint(operands: readonly GoValue[], spend: Spend): string {
  let text = "";
  operands.forEach((operand, i) => {
    const before = operands[i - 1];
    if (i > 0 && typeof operand !== "string" && typeof before !== "string") text += " ";
    text += printDefault(operand, spend);
  });
  return text;
}

export function sprintln(operands: readonly GoValue[], spend: Spend): string {
  return `${operands.map((operand) => printDefault(operand, spend)).join(" ")}\n`;
}
