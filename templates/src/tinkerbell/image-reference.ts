// Whether a text names an OCI image, by the rules that Docker's tools share (short names are allowed).

const HOST = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN = new RegExp(`^(?:${HOST}(?:\\.${HOST})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const MAX_NAME_LENGTH = 255;

/** @returns What is wrong, or undefined. */
export function imageReferenceProblem(image: string): string | undefined {
  if (image === "") return "no image is named";
  if (/^[a-f0-9]{64}$/.test(image)) return "64 hexadecimal digits are an image ID, not a name";
  const [named = "", digest, ...more] = image.split("@");
  if (more.length > 0 || image.length > 1024) return "invalid reference format";
  if (digest !== undefined && !isDigest(digest)) return "invalid digest: expected sha256: and 64 hexadecimal digits";
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const name = hasTag ? named.slice(0, colon) : named;
  if (hasTag && !TAG.test(named.slice(colon + 1))) return "invalid tag";
  return nameProblem(name);
}

function nameProblem(name: string): string | undefined {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isDomain = /[.:A-Z[]/.test(first) || first === "localhost";
  const path = isDomain ? name.slice(slash + 1) : name;
  if (name.length > MAX_NAME_LENGTH) return `the name exceeds ${MAX_NAME_LENGTH} characters`;
  if (/[A-Z]/.test(path)) return "the repository name must be lowercase";
  return (isDomain && !DOMAIN.test(first)) || !PATH.test(path) ? "invalid reference format" : undefined;
}

function isDigest(digest: string): boolean {
  return DIGEST.test(digest) && (!digest.startsWith("sha256:") || /^sha256:[a-f0-9]{64}$/.test(digest));
}
