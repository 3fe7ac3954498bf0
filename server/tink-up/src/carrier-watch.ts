// Tells of links that cannot be served any more: no packet comes by them, and nothing else would say why.
import { networkInterfaces } from "node:os";
import { lacksCarrier } from "@neverland/platform/network/addresses-without-carrier.ts";
import { linkNames } from "@neverland/platform/network/interfaces.ts";
import { loadLibc } from "@neverland/platform/network/libc.ts";
import type { Service } from "@neverland/platform/service.ts";
import { RegularWork, type RegularWorkDeps } from "@neverland/platform/wait/regular-work.ts";
import type { LinkDeps } from "./wait-for-links.ts";

const lookEveryMs = 1000;

/** What costs nothing to see each second. */
type Sight = "served" | "without IPv4" | "not listed" | "not there" | "made anew";

/** What is seen of links, by name. */
export type LinkLook = {
  sightOf(name: string): Exclude<Sight, "made anew">;
  /** The kernel's number of it, which one that is made anew has not; undefined where there is none, or no socket is tied to it. */
  indexOf(name: string): number | undefined;
  lacksCarrier(name: string): Promise<boolean>;
};

export type CarrierWatchDeps = LinkDeps & Pick<RegularWorkDeps, "onError"> & { readonly look?: LinkLook };

/** Tells when a link that is served loses its carrier or its address, is taken down or away, and when it can be served again. */
export class CarrierWatch implements Service {
  readonly #links: readonly string[];
  readonly #warn: LinkDeps["warn"];
  readonly #seen = new Map<string, { sight: Sight; lack: string }>();
  /** What sockets are tied to, whatever has the name later. */
  readonly #indexes = new Map<string, number | undefined>();
  readonly #regular: RegularWork;
  #look: LinkLook | undefined;

  constructor(links: readonly string[], { warn, clock, onError, look }: CarrierWatchDeps) {
    this.#links = links;
    this.#warn = warn;
    this.#look = look;
    const doing = "looking at the network interfaces";
    const work = () => this.#lookAtAll();
    this.#regular = new RegularWork({ clock, everyMs: lookEveryMs, isIdle: true, doing, work, onError });
  }

  async start(): Promise<void> {
    if (this.#links.length === 0) return;
    this.#look ??= await systemLook();
    for (const name of this.#links) this.#indexes.set(name, this.#look.indexOf(name));
    this.#regular.start();
  }

  async stop(): Promise<void> {
    await this.#regular.stop();
  }

  /** Why nothing that comes by some link is heard until a restart, as a sentence without its full stop. */
  whyUnheard(): string | undefined {
    const anew = this.#links.find((name) => this.#seen.get(name)?.sight === "made anew");
    return anew === undefined ? undefined : `the network interface ${anew} ${madeAnew}`;
  }

  async #lookAtAll(): Promise<void> {
    for (const name of this.#links) {
      const sight = this.#sightOf(name);
      const before = this.#seen.get(name) ?? { sight: "served", lack: "" };
      if (sight === undefined || sight === before.sight) continue;
      const lack = await this.#lackOf(name, sight);
      this.#seen.set(name, { sight, lack });
      if (lack !== before.lack) this.#warn(`the network interface ${name} ${lack || mended(before.lack)}`);
    }
  }

  #sightOf(name: string): Sight | undefined {
    const [before, now] = [this.#indexes.get(name), this.#look?.indexOf(name)];
    return before !== undefined && now !== undefined && now !== before ? "made anew" : this.#look?.sightOf(name);
  }

  async #lackOf(name: string, sight: Sight): Promise<string> {
    switch (sight) {
      case "served":
        return "";
      case "made anew":
        return madeAnew;
      case "not there":
        if (this.#indexes.get(name) === undefined) return `is not there any more${onceMended}`;
        return "is not there any more: when it is there again, restart tink up, and machines on it are served";
      case "without IPv4":
        return `has no IPv4 address any more (ip addr add ADDRESS/PREFIX dev ${name})${onceMended}`;
      case "not listed":
        if (await this.#look?.lacksCarrier(name)) return noCarrier;
        return `is down or has no address any more (ip link set ${name} up; ip addr add ADDRESS/PREFIX dev ${name})${onceMended}`;
    }
  }
}

const onceMended = ": machines on it are served once that is mended";
const noCarrier = `has no carrier (is its cable in, is the switch on?)${onceMended}`;
const madeAnew =
  "was made anew, and what listens is tied to the one before: restart tink up, and machines on it are served";

function mended(lack: string): string {
  return `${lack === noCarrier ? "has a carrier" : "is up and has its address"}: machines on it are served`;
}

/** Without the C library sockets are tied to no link, and one that is made anew is served as the one before. */
async function systemLook(): Promise<LinkLook> {
  const libc = await loadLibc().catch(() => undefined);
  return { sightOf, lacksCarrier, indexOf: (name) => libc?.if_nametoindex(name) || undefined };
}

function sightOf(name: string): Exclude<Sight, "made anew"> {
  const addresses = networkInterfaces()[name];
  if (addresses === undefined) return linkNames().includes(name) ? "not listed" : "not there";
  return addresses.some(({ family }) => family === "IPv4") ? "served" : "without IPv4";
}
