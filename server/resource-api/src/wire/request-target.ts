// Reads the path of a request: which kind, namespace, object and subresource it names.
import type { KindInfo, Subresource } from "@neverland/api";
import { ApiFault, detailsOf, type FaultDetails } from "./api-fault.ts";

export type RequestTarget = {
  readonly kind: KindInfo;
  /** All namespaces when absent; `""` of kinds that belong to none. */
  readonly namespace?: string;
  /** The collection when absent. */
  readonly name?: string;
  readonly subresource?: Subresource;
  /** The path itself asks for a watch: of the collection, or of the one object that it names. */
  readonly watch?: { readonly name?: string };
};
export type NamedTarget = RequestTarget & { readonly namespace: string; readonly name: string };

/** By group, version and plural, as they stand in a path. */
export type KindsByPath = ReadonlyMap<string, KindInfo>;

export function kindsByPath(kinds: readonly KindInfo[]): KindsByPath {
  return new Map(kinds.map((kind) => [pathId(kind.group, kind.version, kind.plural), kind]));
}

function pathId(group: string, version = "", plural = ""): string {
  return `${group}/${version}/${plural}`;
}

/**
 * `/apis/GROUP/VERSION/PLURAL`, `/apis/GROUP/VERSION/namespaces/NS/PLURAL[/NAME[/SUBRESOURCE]]`; `/api/VERSION/…` of the
 * core group. Kinds that belong to no namespace: `/apis/GROUP/VERSION/PLURAL[/NAME[/SUBRESOURCE]]`.
 * `/watch` behind the version, as old clients have it, is a watch of what follows. A slash at the end says nothing.
 * @throws {ApiFault} `NotFound` for every path that names nothing.
 */
export function parseTarget(path: string, kinds: KindsByPath): RequestTarget {
  const steps = stepsOf(path);
  const isCore = steps[0] === "api";
  const group = isCore ? "" : (steps[1] ?? "");
  const version = steps[isCore ? 1 : 2];
  const beneath = steps.slice(isCore ? 2 : 3);
  const isWatch = beneath[0] === "watch";
  const rest = isWatch ? beneath.slice(1) : beneath;
  const isNamespaced = rest[0] === "namespaces" && rest.length >= 3 && !isBeneathNamespace(rest, kinds);
  const [plural, name, subresource, ...surplus] = isNamespaced ? rest.slice(2) : rest;
  const kind = kinds.get(pathId(group, version, plural));
  const isCluster = kind?.scope === "cluster";
  const namespace = isCluster ? "" : isNamespaced ? rest[1] : undefined;
  if (!kind || (isCluster && isNamespaced) || surplus.length > 0 || steps.includes("")) throw nothingThere(path);
  if (isWatch && subresource !== undefined) throw nothingThere(path);
  const within = { kind, ...(namespace !== undefined && { namespace }) };
  if (isWatch) return { ...within, watch: name === undefined ? {} : { name } };
  if (name === undefined) return within;
  if (namespace === undefined) throw nothingThere(path);
  if (subresource === undefined) return { kind, namespace, name };
  const own = kind.subresources.find((known) => known === subresource);
  if (own === undefined) throw nothingThere(path, detailsOf(kind, name));
  return { kind, namespace, name, subresource: own };
}

/** `namespaces/NS/status` is of the namespace, and of no kind in it. */
function isBeneathNamespace([plural, , beneath]: readonly string[], kinds: KindsByPath): boolean {
  const subresources = kinds.get(pathId("", "v1", plural))?.subresources ?? [];
  return subresources.some((name) => name === beneath);
}

export function nothingThere(path: string, details?: FaultDetails): ApiFault {
  return new ApiFault("NotFound", `the server could not find the requested resource (${path})`, details);
}

function stepsOf(path: string): string[] {
  const steps = path.slice(1, path.endsWith("/") ? -1 : undefined).split("/");
  return path.includes("%") ? steps.map(decode) : steps;
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw new ApiFault("BadRequest", `The path is not well encoded at "${step}"`);
  }
}
