// Image references as people write them: `[host[:port]/]path[:tag][@digest]`.

import type { Digest } from "./manifest.ts";
import { OciError } from "./oci-error.ts";

/** `registry` is a host with an optional port, or empty when the reference names none and no default was given. */
export type ImageReference = {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
};

/** `defaultRegistry` is `host[/prefix]`; the prefix goes before names of one component (as Docker puts `library/`). */
export type ReferenceDefaults = { readonly defaultRegistry?: string | undefined };

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^sha256:[a-f0-9]{64}$/;
const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/**
 * Reads a reference by the rules of Docker's CLI: the first component is a host when it has a dot, a colon or an upper-case
 * letter, or is `localhost`. Without tag and digest the tag is `latest`.
 * @throws {OciError} `bad-reference`
 */
export function parseReference(text: string, defaults: ReferenceDefaults = {}): ImageReference {
  if (text.includes("://")) throw bad(text, "it has a scheme; write it without, as in host:5000/path:tag");
  const [name, digest] = splitOnce(text, "@");
  if (digest !== undefined && !isDigest(digest)) throw bad(text, "its digest is not sha256: and 64 hex digits");
  const slash = name.lastIndexOf("/");
  const colon = name.indexOf(":", slash + 1);
  const path = colon === -1 ? name : name.slice(0, colon);
  const tag = colon === -1 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && !tagPattern.test(tag)) throw bad(text, `its tag "${tag}" has characters no tag may have`);
  const { registry, repository } = splitHost(path, defaults);
  if (registry !== "" && !isHost(registry)) throw bad(text, `"${registry}" is not a host`);
  if (repository.length > 255 || !repository.split("/").every((part) => component.test(part)))
    throw bad(text, `its path "${repository}" is not lower-case words joined by slashes`);
  const chosenTag = tag ?? (digest === undefined ? "latest" : undefined);
  return {
    registry,
    repository,
    ...(chosenTag === undefined ? {} : { tag: chosenTag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The reference in full, for messages and logs. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry === "" ? "" : `${registry}/`}${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}

function isHost(text: string): boolean {
  return hostPattern.test(text) && URL.canParse(`https://${text}`);
}

function splitHost(
  path: string,
  { defaultRegistry = "" }: ReferenceDefaults,
): { registry: string; repository: string } {
  const [first, rest] = splitOnce(path, "/");
  if (rest !== undefined && (/[.:A-Z]/.test(first) || first === "localhost"))
    return { registry: first, repository: rest };
  const [registry, prefix] = splitOnce(defaultRegistry, "/");
  return { registry, repository: prefix === undefined || rest !== undefined ? path : `${prefix}/${path}` };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function bad(text: string, why: string): OciError {
  return new OciError("bad-reference", `The image reference "${text.slice(0, 300)}" cannot be used: ${why}.`);
}
