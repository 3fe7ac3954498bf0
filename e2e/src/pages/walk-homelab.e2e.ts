// The walk through three small machines, typed from its first command to its last, with machines that start and are installed.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pageSteps } from "./page-blocks.ts";
import { openLabNetwork } from "./page-network.ts";
import { openPageWorld } from "./page-world.ts";

const page = join(import.meta.dirname, "../../../docs/walk-homelab.md");

/** Under emulation on two cores, with Hook and the image to build first: several times what it takes. */
const timeout = 20 * 60_000;

test("what docs/walk-homelab.md has people type installs its machines", { timeout }, async (t) => {
  const world = await openPageWorld(await openLabNetwork(t.signal));
  t.after(() => world.close());
  for (const step of pageSteps(await readFile(page, "utf8"))) await world.take(step);
});
