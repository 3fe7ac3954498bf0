// Reads what a registry client asks for out of the path (OCI distribution-spec v1.1, "Endpoints"), and finds it.
import type { Catalog, Repository, StoredBlob } from "./catalog.ts";

export type RegistryRequest =
  | { readonly kind: "manifest" | "blob"; readonly name: string; readonly reference: string }
  | { readonly kind: "tags"; readonly name: string };

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
  | { readonly kind: "content"; readonly blob: StoredBlob }
  | { readonly kind: "tags"; readonly name: string; readonly tags: readonly string[] }
  | { readonly kind: "refused"; readonly code: RegistryErrorCode; readonly message: string };

/** The longest path we read: a name of 255 characters, a digest, and the words between. */
const maxPathChars = 512;
const pathPattern = /^([a-z0-9][a-z0-9._:/-]*)\/(?:(manifests|blobs)\/([\w][\w.:-]*)|(tags\/list))$/;

/** @param path What follows `/v2/`, without the query. @returns undefined when it is not an address of the spec. */
export function parseRegistryPath(path: string): RegistryRequest | undefined {
  if (path.length > maxPathChars) return undefined;
  const match = pathPattern.exec(path);
  const [, name, part, reference] = match ?? [];
  if (name === undefined || name.split("/").some((each) => each === "" || each === "." || each === ".."))
    return undefined;
  if (part === undefined || reference === undefined) return { kind: "tags", name };
  return { kind: part === "manifests" ? "manifest" : "blob", name, reference };
}

/** Decides the answer; the file itself is not looked at. */
export function find(catalog: Catalog, request: RegistryRequest): Found {
  const repository = repositoryOf(catalog, request.name);
  if (repository === undefined)
    return refused(
      "NAME_UNKNOWN",
      `This registry has no repository "${request.name}"; it has ${listOf(catalog.keys())}`,
    );
  if (request.kind === "tags") return { kind: "tags", name: request.name, tags: [...repository.tags.keys()].sort() };
  if (request.kind === "manifest") {
    const blob = repository.tags.get(request.reference) ?? repository.manifests.get(request.reference);
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
  const [first = "", ...rest] = name.split("/");
  const withoutHost = /[.:]/.test(first) || first === "localhost" ? rest.join("/") : name;
  return catalog.get(name) ?? catalog.get(withoutHost);
}

function refused(code: RegistryErrorCode, message: string): Found {
  return { kind: "refused", code, message };
}

function listOf(names: Iterable<string>): string {
  return [...names].sort().join(", ") || "none";
}
