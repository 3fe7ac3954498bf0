// Reads the query of a request. A value that cannot be understood is refused, not ignored; but every value of a flag can be.
import { type KindInfo, namesInstead } from "@neverland/api";
import type { ListOptions, Selector } from "@neverland/store/resource-store.ts";
import { type IncludeObject, insteadOf } from "../answers/table.ts";
import { ApiFault } from "./api-fault.ts";
import type { RequestTarget } from "./request-target.ts";
import { parseFieldSelector, parseLabelSelector } from "./selector-syntax.ts";

/** Most requests ask for nothing in particular. */
const nothingAsked = new URLSearchParams();

const mostVersion = 2n ** 64n - 1n;

export const fieldValidations = ["Warn", "Strict", "Ignore"] as const;
type FieldValidation = (typeof fieldValidations)[number];

export class RequestQuery {
  readonly #values: URLSearchParams;
  constructor(url: string) {
    const start = url.indexOf("?");
    this.#values = start < 0 ? nothingAsked : new URLSearchParams(url.slice(start + 1));
  }

  text(name: string): string {
    return this.#values.get(name) ?? "";
  }

  /**
   * As Kubernetes reads it (apimachinery `Convert_Slice_string_To_bool`): whatever is there is true, but for `0` and `false`
   * in any case. Python's clients send `True`.
   */
  flag(name: string): boolean {
    const value = this.#values.get(name);
    return value !== null && !["0", "false"].includes(value.toLowerCase());
  }

  /** Of a name that may stand several times, what is not empty. */
  all(name: string): readonly string[] {
    return this.#values.getAll(name).filter((value) => value !== "");
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** How many objects a page has at most; what is below nothing is no limit, as in Kubernetes. */
  get limit(): number | undefined {
    return /^-\d{1,15}$/.test(this.text("limit")) ? undefined : this.number("limit");
  }

  /** A whole number of at least 0. */
  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === "") return undefined;
    if (!/^\d{1,15}$/.test(value))
      throw new ApiFault("BadRequest", `The query's ${name} must be a number, not "${value}"`);
    return Number(value);
  }

  /** `dryRun=All` is the only kind there is: another is refused where options are read. */
  get dryRun(): boolean {
    return this.all("dryRun").length > 0;
  }

  /** What is none is refused where options are read. */
  get fieldValidation(): FieldValidation {
    const value = this.text("fieldValidation");
    return fieldValidations.find((each) => each === value) ?? "Warn";
  }

  /** `undefined` when none is given, or "0", which is any version. */
  get resourceVersion(): string | undefined {
    return readVersion(this.text("resourceVersion"));
  }

  get includeObject(): IncludeObject {
    const value = this.text("includeObject") || "Metadata";
    if (value === "None" || value === "Metadata" || value === "Object") return value;
    throw new ApiFault("BadRequest", `The query's includeObject must be None, Metadata or Object, not "${value}"`);
  }

  /** Which objects of the target are asked for. */
  selection({ kind, namespace, watch }: RequestTarget): Pick<ListOptions, "namespace" | "labels" | "fields"> {
    const fields = parseFieldSelector(this.text("fieldSelector"), selectableFields(kind)).map(asShown(kind));
    const named =
      watch?.name === undefined ? [] : [{ key: "metadata.name", operator: "in", values: [watch.name] } as const];
    return {
      ...(namespace !== undefined && { namespace }),
      labels: parseLabelSelector(this.text("labelSelector")),
      fields: [...fields, ...named],
    };
  }
}

/** What the list shows in a field's place is selected by its name, too: who reads TEMPLATE_FAILED in a column asks for that. */
function asShown(kind: KindInfo): (clause: Selector) => Selector {
  return (clause) => {
    if (clause.operator !== "in" && clause.operator !== "not-in") return clause;
    const column = kind.columns.find(({ path }) => path === `.${clause.key}`);
    if (column === undefined || !clause.values.some((value) => namesInstead(column).includes(value))) return clause;
    return { ...clause, also: (object) => insteadOf(object, column) };
  };
}

/**
 * `undefined` for "", and for "0", which is any version. Kubernetes' are numbers of 64 bits.
 * @throws {ApiFault} `BadRequest`.
 */
export function readVersion(text: string): string | undefined {
  if (text === "") return undefined;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > mostVersion)
    throw new ApiFault("BadRequest", `invalid resource version: ${JSON.stringify(text)} is not a whole number`);
  return BigInt(text) === 0n ? undefined : String(BigInt(text));
}

/**
 * The fields that a fieldSelector may name: those that make an object's name, the kind's columns and its indexes. With one that goes
 * through a list (`spec.interfaces[].dhcp.mac`) those objects are meant of which any member has the value.
 */
function selectableFields(kind: KindInfo): string[] {
  const shown = kind.columns.filter(({ count, path }) => !count && path !== "" && !path.includes("[]"));
  const fields = ["metadata.name", "metadata.namespace", ...shown.map(({ path }) => path.slice(1)), ...kind.indexes];
  return [...new Set(fields)];
}
