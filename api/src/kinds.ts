// The kinds there are: names, groups, columns and validators, in one table that the store, the resource API and the CLI read.
import type { z } from "zod";
import { bmcKinds } from "./bmc/kinds.ts";
import { coreKinds } from "./core/kinds.ts";
import type { KindInfo } from "./kind-info.ts";
import { findKindNames, isKind, type KindNames, type kindNames } from "./kind-names.ts";
import { metalKinds } from "./metal/kinds.ts";
import type { Resource } from "./resource.ts";
import { tinkerbellKinds } from "./tinkerbell/kinds.ts";

export const kinds = {
  ...tinkerbellKinds,
  ...metalKinds,
  ...bmcKinds,
  ...coreKinds,
} as const satisfies Record<keyof typeof kindNames, KindInfo>;

export type KindName = keyof typeof kinds;

type Inferred<K, Name extends string> = K extends { readonly [N in Name]: infer S extends z.ZodType }
  ? z.infer<S>
  : Name extends keyof K
    ? unknown
    : never;
type MembersOf<K> = K extends { readonly members: infer M extends { readonly [name: string]: z.ZodType } }
  ? { [Name in keyof M]?: z.infer<M[Name]> }
  : unknown;

/** The resource type of an entry of `kinds`: `ResourceOf<typeof kinds.Workflow>` is `Workflow`. Of names alone, it is any resource. */
export type ResourceOf<K extends KindNames> = K extends KindInfo
  ? Resource<Inferred<K, "spec">, Inferred<K, "status">> & MembersOf<K>
  : Resource;

/** All that is said of a kind whose names are known. @throws {RangeError} When it is none of this table. */
export function kindOf(names: Pick<KindNames, "group" | "kind">): KindInfo {
  const found = Object.values<KindInfo>(kinds).find((info) => isKind(info, names));
  if (found === undefined) throw new RangeError(`${names.kind} of "${names.group}" is no kind that is known here`);
  return found;
}

/** Finds a kind by `apiVersion` and `kind` of an object. */
export function findKind(apiVersion: string, kind: string): KindInfo | undefined {
  const names = findKindNames(apiVersion, kind);
  return names && kindOf(names);
}
