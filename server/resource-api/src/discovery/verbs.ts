// What may be asked of a kind: what discovery says, and what is answered, are of this one table.
import type { KindInfo, Subresource } from "@neverland/api";
import type { RequestTarget } from "../wire/request-target.ts";

export const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] as const;
export type Verb = (typeof verbs)[number];

const bySubresource = { status: ["get", "patch", "update"], log: ["get"], finalize: ["update"] } as const;

export function verbsOf(kind: KindInfo, subresource?: Subresource): readonly Verb[] {
  return subresource ? bySubresource[subresource] : verbs.filter((verb) => isServed({ kind }, verb));
}

/** Whether a verb is answered for what a path names. Whether the path is one for the verb is not looked at. */
export function isServed({ kind, subresource }: Pick<RequestTarget, "kind" | "subresource">, verb: Verb): boolean {
  if (subresource) return bySubresource[subresource].some((served) => served === verb);
  if (kind.isQuestion) return verb === "create";
  switch (verb) {
    case "get":
    case "list":
    case "watch":
      return true;
    case "create":
      return !kind.isView;
    case "delete":
      return kind.deletable;
    case "deletecollection":
      return kind.deletable && !kind.holdsOthers;
    case "patch":
    case "update":
      return !kind.record;
  }
}

/** The verb that a method means for one object, or for all or many of them; `undefined` for none. */
export function verbOf(method: string, isCollection: boolean, isWatch: boolean): Verb | undefined {
  switch (method) {
    case "GET":
      if (!isCollection) return "get";
      return isWatch ? "watch" : "list";
    case "POST":
      return isCollection ? "create" : undefined;
    case "DELETE":
      return isCollection ? "deletecollection" : "delete";
    case "PUT":
      return isCollection ? undefined : "update";
    case "PATCH":
      return isCollection ? undefined : "patch";
    default:
      return undefined;
  }
}
