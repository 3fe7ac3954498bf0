// Small layer archives for tests, made by the system's own tar.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An archive of these files, by path. */
export function tarOf(files: Readonly<Record<string, string>>): Buffer {
  return tarOfTree((root) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  });
}

/** An archive of what `fill` puts into a directory. */
export function tarOfTree(fill: (root: string) => void): Buffer {
  const root = mkdtempSync(join(tmpdir(), "tar-of-"));
  try {
    fill(root);
    return execFileSync("tar", ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-C", root, "-cf", "-", "."], {
      maxBuffer: 1 << 28,
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}
