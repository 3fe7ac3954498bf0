// Where a page names a file by its path, the file is there: what moves takes the pages about it along.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../../..");
const pages = globSync(["*.md", "docs/**/*.md", "*/README.md", "server/*/README.md"], { cwd: root });

for (const page of pages) {
  const text = readFileSync(join(root, page), "utf8");
  const paths = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|cjs|md|proto))`/g)].map(([, path]) => path ?? "");
  if (paths.length === 0) continue;
  const folder = join(root, dirname(page));
  test(`the files that ${page} names are there`, () => {
    const isThere = (path: string): boolean =>
      [root, folder, join(folder, "src")].some((at) => existsSync(join(at, path)));
    assert.deepEqual(
      paths.filter((path) => !isThere(path)),
      [],
    );
  });
}

test("each page of docs/ is in its index, and each page that the index names is there", () => {
  const index = readFileSync(join(root, "docs/README.md"), "utf8");
  const named = [...index.matchAll(/\]\(([\w./-]+\.md)\)/g)].map(([, path]) => path ?? "");
  assert.deepEqual(
    globSync(["*.md", "reference/*.md"], { cwd: join(root, "docs") })
      .filter((path) => path !== "README.md")
      .filter((path) => !named.includes(path)),
    [],
  );
  assert.deepEqual(
    named.filter((path) => !existsSync(join(root, "docs", path))),
    [],
  );
});
