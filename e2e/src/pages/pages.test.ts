// Every command of these pages, in their order, as their reader types it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pageSteps } from "./page-blocks.ts";
import { openWires } from "./page-network.ts";
import { openPageWorld } from "./page-world.ts";

const docs = join(import.meta.dirname, "../../../docs");

const pages = [
  "backup.md",
  "from-tinkerbell.md",
  "machines.md",
  "metadata.md",
  "ports.md",
  "service.md",
  "templates.md",
  "troubleshooting.md",
  "walk-data-centre.md",
  "walk-homelab.md",
  "writing-actions.md",
];

for (const page of pages)
  test(`what docs/${page} has people type works, and prints what it says`, async (t) => {
    const world = await openPageWorld(await openWires());
    t.after(() => world.close());
    for (const step of pageSteps(await readFile(join(docs, page), "utf8"))) await world.take(step);
  });
