// Reads the labelSelector and fieldSelector of a query, as kubectl writes them.
import type { Selector } from "@neverland/store/resource-store.ts";
import { ApiFault } from "./api-fault.ts";

const labelKey = String.raw`(?:[a-z0-9.-]+/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?`;
const setClause = new RegExp(String.raw`^(${labelKey})\s+(in|notin)\s*\(([^()]*)\)$`);
const equalClause = new RegExp(String.raw`^(${labelKey})\s*(==|=|!=)\s*([\w.-]*)$`);
const orderClause = new RegExp(String.raw`^(${labelKey})\s*([<>])\s*([+-]?\d{1,19})$`);
const existsClause = new RegExp(String.raw`^(!?)\s*(${labelKey})$`);

/** Each is held against each object of a list, and against each change of a watch. */
const mostClauses = 100;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. @throws {ApiFault} `BadRequest`. */
export function parseLabelSelector(text: string): Selector[] {
  return splitClauses(text, "label").map((clause) => {
    const [, setKey, setOperator, list] = setClause.exec(clause) ?? [];
    if (setKey !== undefined && list !== undefined) {
      const values = list.split(",").map((value) => value.trim());
      for (const value of values) mustBeLabelValue(setKey, value);
      return { key: setKey, operator: setOperator === "in" ? "in" : "not-in", values };
    }
    const [, key, operator, value] = equalClause.exec(clause) ?? [];
    if (key !== undefined && value !== undefined) {
      mustBeLabelValue(key, value);
      return { key, operator: operator === "!=" ? "not-in" : "in", values: [value] };
    }
    const [, ordered, sign, number] = orderClause.exec(clause) ?? [];
    if (ordered !== undefined && number !== undefined)
      return { key: ordered, operator: sign === ">" ? "above" : "below", bound: BigInt(number.replace("+", "")) };
    const [, not, existing] = existsClause.exec(clause) ?? [];
    if (existing !== undefined) return { key: existing, operator: not ? "not-exists" : "exists" };
    throw new ApiFault("BadRequest", `unable to parse requirement of the label selector: "${clause}"`);
  });
}

/** Nothing could be selected by it, whatever there is. */
function mustBeLabelValue(key: string, value: string): void {
  if (/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/.test(value)) return;
  const rule = "at most 63 letters, digits, '-', '_' and '.', and begins and ends with a letter or a digit";
  throw new ApiFault(
    "BadRequest",
    `unable to parse requirement: ${JSON.stringify(value)} is no value of ${key}: a label's is ${rule}`,
  );
}

/** `metadata.name=a,status.state!=b`. @throws {ApiFault} `BadRequest`, also for a field that cannot be asked for. */
export function parseFieldSelector(text: string, selectable: readonly string[]): Selector[] {
  return splitClauses(text, "field").map((clause) => {
    const [, key, operator, value] = /^([\w./[\]-]+)(==|=|!=)(.*)$/.exec(clause) ?? [];
    if (key === undefined || value === undefined)
      throw new ApiFault("BadRequest", `invalid field selector: "${clause}"; it is FIELD=VALUE or FIELD!=VALUE`);
    if (!selectable.includes(key))
      throw new ApiFault("BadRequest", `field label not supported: ${key}; supported are ${selectable.join(", ")}`);
    return { key, operator: operator === "!=" ? "not-in" : "in", values: [value] };
  });
}

/** At commas outside of parentheses. At a cost that grows with the text alone. */
function splitClauses(text: string, what: "label" | "field"): string[] {
  const parts = text.match(/(?:[^,()]|\([^()]*\)|[()])+/g) ?? [];
  const clauses = parts.map((clause) => clause.trim()).filter((clause) => clause !== "");
  if (clauses.length <= mostClauses) return clauses;
  throw new ApiFault(
    "BadRequest",
    `the ${what} selector has ${clauses.length} requirements, and may have ${mostClauses} at most: put the values of one key into one, or ask several times`,
  );
}
