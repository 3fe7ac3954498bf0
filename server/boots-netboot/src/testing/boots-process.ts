// Boots as a program for tests in a network namespace: settings as JSON in the first argument, events as JSON lines on stdout.
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import fastify from "fastify";
import { createBoots } from "../boots.ts";
import { type BootsConfig, defaultBootsConfig } from "../boots-config.ts";

interface Settings {
  readonly config: Partial<BootsConfig>;
  readonly hardware: readonly KnownHardware[];
}

/** Lines on stdin replace the list of Hardware; the end of stdin ends the program. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? "{}") as Settings; // written by the test beside it
  const say = (line: object) => process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...line })}\n`);
  const config = { ...defaultBootsConfig, ...settings.config };
  const index = new MachineIndex();
  const boots = createBoots({
    config,
    index,
    record: (event) => {
      say(event);
      return { repeated: (count) => void say({ ...event, count }) };
    },
    clock: systemClock,
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: (message) => say({ type: "Warning", message }),
  });
  index.apply(settings.hardware);
  const app = fastify({ forceCloseConnections: true });
  boots.registerRoutes(app);
  await app.listen({ host: "0.0.0.0", port: config.httpPort });
  await boots.start(AbortSignal.timeout(10_000));
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    index.apply(JSON.parse(line) as KnownHardware[]);
    say({ type: "Applied" });
  });
  say({ type: "Ready" });
  await once(input, "close");
  await boots.stop(AbortSignal.timeout(1000));
  await app.close();
}

await main();
