// Tells of cables that are out: no packet comes by then, and nothing else would say why.
import { networkInterfaces } from "node:os";
import type { Service } from "@neverland/platform/service.ts";
import type { LinkDeps } from "./wait-for-links.ts";

const lookEveryMs = 1000;

/** Tells when a link that is served loses its carrier, and when it has it again. */
export function carrierWatch(links: readonly string[], { warn, clock }: LinkDeps): Service {
  const without = new Set<string>();
  let stop = (): void => undefined;
  const look = (): void => {
    const running = networkInterfaces();
    for (const name of links) {
      const isOut = running[name] === undefined;
      if (isOut === without.has(name)) continue;
      if (isOut) {
        without.add(name);
        warn(
          `the network interface ${name} has no carrier (is its cable in, is the switch on?): machines on it are served once it has`,
        );
      } else {
        without.delete(name);
        warn(`the network interface ${name} has a carrier: machines on it are served`);
      }
    }
    stop = clock.after(lookEveryMs, look, true);
  };
  return { start: async () => look(), stop: async () => stop() };
}
