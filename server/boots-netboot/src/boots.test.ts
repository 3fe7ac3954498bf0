import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { createBoots } from "./boots.ts";
import { defaultBootsConfig } from "./boots-config.ts";

test("who names no interface is told that nobody is answered, and of nothing that sending would need", async (t) => {
  const warnings: string[] = [];
  const boots = createBoots({
    config: defaultBootsConfig,
    index: new MachineIndex(),
    record: () => undefined,
    clock: systemClock,
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: (text) => warnings.push(text),
  });
  t.after(() => boots.stop(AbortSignal.abort()));
  await boots.start(new AbortController().signal);
  const [warning, ...others] = warnings;
  assert.match(
    warning ?? "",
    /^no interface is named: DHCP and TFTP are answered to nobody; name one with --interface( \(there are .+\))?$/,
  );
  assert.deepEqual(others, []);
  assert.deepEqual(boots.links, []);
});
