// What a layer is made of, and the order in which it is packed.
import { OciError } from "../oci-error.ts";

type Common = {
  /** Relative to the container's root, without `./`, a leading or a trailing slash. */
  readonly path: string;
  /** Owner in the container; 0 when left out. */
  readonly uid?: number;
  readonly gid?: number;
};

/** `mode` is the permission bits alone (`0o755`). A file's content is bytes at hand or a file on disk. */
export type TarEntry =
  | (Common & { readonly type: "directory"; readonly mode: number })
  | (Common & { readonly type: "symlink"; readonly target: string })
  | (Common & { readonly type: "file"; readonly mode: number; readonly bytes: Uint8Array })
  | (Common & { readonly type: "file"; readonly mode: number; readonly source: string; readonly sizeBytes: number });

/**
 * Sorts entries so that a folder comes before what is in it, the same everywhere and in every locale.
 * @throws {OciError} `bad-entry` for a path that leaves the root, is not in normal form, or is there twice.
 */
export function inPackingOrder(entries: readonly TarEntry[]): TarEntry[] {
  const paths = new Set<string>();
  for (const { path } of entries) {
    if (path.split("/").some((part) => part === "" || part === "." || part === ".."))
      throw new OciError("bad-entry", `"${path}" cannot be packed: it must be a plain path below the root`);
    if (paths.has(path)) throw new OciError("bad-entry", `"${path}" cannot be packed: it is in the layer twice`);
    paths.add(path);
  }
  return [...entries].sort((a, b) => comparePaths(a.path, b.path));
}

/** By parts, not by characters: `a/b` must follow `a` at once, before `a-c`. */
function comparePaths(left: string, right: string): number {
  const [a, b] = [left.split("/"), right.split("/")];
  const differs = a.findIndex((part, index) => part !== b[index]);
  if (differs === -1) return a.length - b.length;
  const [one, other] = [a[differs], b[differs]];
  if (other === undefined || one === undefined) return a.length - b.length;
  return one < other ? -1 : 1;
}
