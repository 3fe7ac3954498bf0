// Reads what a registry client asks for out of the path (OCI distribution-spec v1.1, "Endpoints"), and finds it.
import { mediaTypes } from "@neverland/oci";
import type { Catalog, Repository, StoredBlob } from "./catalog.ts";

export type RegistryRequest =
  | { readonly kind: "manifest" | "blob"; readonly name: string; readonly reference: string }
  | { readonly kind: "tags" | "referrers"; readonly name: string; readonly reference: string }
  | { readonly kind: "catalog" };

/** Of a list: at most so many names, those after `last`. */
export type Page = { readonly count: number | undefined; readonly last: string };

/** Error codes of the distribution-spec that a read-only registry can answer with. */
export type RegistryErrorCode =
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "MANIFEST_UNKNOWN"
  | "BLOB_UNKNOWN"
  | "UNSUPPORTED"
  /** None of the spec's: the layout is there and cannot be read now. */
  | "UNAVAILABLE";

export type Found =
  /** `instead`: the image that is given for the name that was asked for. */
  | { readonly kind: "content"; readonly blob: StoredBlob; readonly instead?: string }
  | { readonly kind: "tags"; readonly name: string; readonly tags: readonly string[]; readonly isMore: boolean }
  | { readonly kind: "catalog"; readonly repositories: readonly string[]; readonly isMore: boolean }
  | { readonly kind: "no-referrers" }
  | { readonly kind: "refused"; readonly code: RegistryErrorCode; readonly message: string };

/** The longest path we read: a name of 255 characters, a digest, and the words between. */
const maxPathChars = 512;
const pathPattern = /^([a-z0-9][a-z0-9._:/-]*)\/(?:(manifests|blobs|referrers)\/([\w][\w.:-]*)|(tags\/list))$/;
const digestPattern = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const kinds = { manifests: "manifest", blobs: "blob", referrers: "referrers" } as const;

/** @param path What follows `/v2/`, without the query. @returns undefined when it is not an address of the spec. */
export function parseRegistryPath(path: string): RegistryRequest | undefined {
  if (path.length > maxPathChars) return undefined;
  if (path === "_catalog") return { kind: "catalog" };
  const match = pathPattern.exec(path);
  const [, name, part, reference] = match ?? [];
  if (name === undefined || name.split("/").some((each) => each === "" || each === "." || each === ".."))
    return undefined;
  if (part === undefined || reference === undefined) return { kind: "tags", name, reference: "" };
  if (part === "referrers" && !digestPattern.test(reference)) return undefined;
  return { kind: kinds[part as keyof typeof kinds], name, reference }; // what the pattern lets through
}

/** Decides the answer; the file itself is not looked at. @param page Of lists alone. */
export function find(catalog: Catalog, request: RegistryRequest, page: Page): Found {
  if (request.kind === "catalog") {
    const { names, isMore } = pageOf(catalog.keys(), page);
    return { kind: "catalog", repositories: names, isMore };
  }
  const named = repositoryOf(catalog, request.name);
  const standIn = named === undefined ? standInFor(catalog, request.name) : undefined;
  const repository = named ?? standIn?.repository;
  if (request.kind === "referrers") {
    // Where signatures and the like are kept by tag, as clients do with registries that cannot say who refers to what.
    const blob = repository?.tags.get(request.reference.replace(":", "-"));
    return blob?.mediaType === mediaTypes.index ? { kind: "content", blob } : { kind: "no-referrers" };
  }
  if (repository === undefined)
    return refused(
      "NAME_UNKNOWN",
      `This registry has no repository "${request.name}"; it has ${listOf(catalog.keys())}`,
    );
  if (request.kind === "tags") {
    const { names, isMore } = pageOf(repository.tags.keys(), page);
    return { kind: "tags", name: request.name, tags: names, isMore };
  }
  if (request.kind === "manifest") {
    const blob = repository.tags.get(request.reference) ?? repository.manifests.get(request.reference);
    const latest = standIn && !digestPattern.test(request.reference) ? repository.tags.get("latest") : undefined;
    if (blob === undefined && latest !== undefined)
      return { kind: "content", blob: latest, instead: `${standIn?.name}:latest` };
    const tags = listOf(repository.tags.keys());
    return blob
      ? { kind: "content", blob }
      : refused("MANIFEST_UNKNOWN", `"${request.name}" has no "${request.reference}"; its tags are ${tags}`);
  }
  const blob = repository.blobs.get(request.reference) ?? repository.manifests.get(request.reference);
  return blob
    ? { kind: "content", blob }
    : refused("BLOB_UNKNOWN", `"${request.name}" has no blob ${request.reference}`);
}

/**
 * Clients that use us as the registry itself keep the original registry in the name
 * (`HOST:7080/registry.example/tinkerbell/actions/cexec`), so a first part that can be a host is left out.
 */
function repositoryOf(catalog: Catalog, name: string): Repository | undefined {
  return catalog.get(name) ?? catalog.get(withoutHost(name));
}

/**
 * What the standard actions are called in templates that people have: EKS Anywhere's `127.0.0.1/embedded/NAME` and, before,
 * `public.ecr.aws/eks-anywhere/tinkerbell/hub/NAME:COMMIT`, also in a registry of their own under a project's name; the hub's older
 * `quay.io/tinkerbell-actions/NAME:v1.0.0` and `NAME:v1.0.0`. Their versions are not kept apart here.
 */
const olderNames = /^(?:embedded\/|tinkerbell-actions\/|(?:[a-z0-9._-]+\/){0,3}tinkerbell\/hub\/)?([a-z0-9]+)$/;

function standInFor(catalog: Catalog, asked: string): { name: string; repository: Repository } | undefined {
  const action = olderNames.exec(withoutHost(asked))?.[1];
  const name = `tinkerbell/actions/${action}`;
  const repository = action === undefined ? undefined : catalog.get(name);
  return repository && { name, repository };
}

function withoutHost(name: string): string {
  const [first = "", ...rest] = name.split("/");
  return /[.:]/.test(first) || first === "localhost" ? rest.join("/") : name;
}

function pageOf(all: Iterable<string>, { count, last }: Page) {
  const left = [...all].sort().filter((name) => name > last);
  const names = left.slice(0, count);
  return { names, isMore: names.length < left.length };
}

function refused(code: RegistryErrorCode, message: string): Found {
  return { kind: "refused", code, message };
}

function listOf(names: Iterable<string>): string {
  return [...names].sort().join(", ") || "none";
}
