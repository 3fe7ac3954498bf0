import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runProgram } from "@neverland/debian";
import { diskLayout, firstSector, mebibyte, sfdiskScript } from "./disk-layout.ts";

test("the partitions do not overlap, and leave room for the table's copy at the end", () => {
  const layout = diskLayout(300);
  assert.deepEqual(
    [layout.biosBoot, layout.esp, layout.root].map((extent) => extent.startMiB + extent.sizeMiB),
    [2, 10, 310],
  );
  assert.equal(layout.totalMiB, 311);
  assert.equal(firstSector(layout.biosBoot), 2048);
});

test("sfdisk writes the table, and reads back the three partitions where they should be", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "layout-test-"));
  t.after(async () => await rm(dir, { recursive: true }));
  const image = join(dir, "disk");
  const layout = diskLayout(64);
  await writeFile(image, "");
  await truncate(image, layout.totalMiB * mebibyte);
  await runProgram(["sfdisk", "--quiet", image], { input: sfdiskScript(layout) });
  const table = JSON.parse(await runProgram(["sfdisk", "--json", image])) as {
    partitiontable: { label: string; partitions: { start: number; size: number }[] };
  };
  assert.equal(table.partitiontable.label, "gpt");
  assert.deepEqual(
    table.partitiontable.partitions.map(({ start, size }) => [start, size]),
    [
      [2048, 2048],
      [4096, 16_384],
      [20_480, 131_072],
    ],
  );
});
