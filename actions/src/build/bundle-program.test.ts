import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bundleProgram } from "./bundle-program.ts";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "bundle-"));
});
after(async () => await rm(dir, { recursive: true }));

for (const [when, source] of [
  [
    "at its start",
    `import { STATUS_CODES } from "node:http"; console.log(STATUS_CODES[418], process.moduleLoadList.join());`,
  ],
  [
    "when it is needed",
    `void import("node:http").then(({ STATUS_CODES }) => console.log(STATUS_CODES[418], process.moduleLoadList.join()));`,
  ],
] as const)
  test(`a program that loads node:http ${when} does not load the whole of fetch with it`, async () => {
    const [main, bundle] = [join(dir, "main.ts"), join(dir, "main.cjs")];
    await writeFile(main, source);
    await writeFile(bundle, await bundleProgram(main));
    const said = execFileSync(process.execPath, [bundle], { encoding: "utf8" });
    assert.match(said, /^I'm a Teapot/);
    assert.doesNotMatch(said, /undici/);
  });
