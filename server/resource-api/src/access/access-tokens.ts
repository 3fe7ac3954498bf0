// Who may ask: whoever has the data folder's own token, or one whose hash an AccessToken has. Kept in memory by a watch, so that no request
// reads the store, and a token that is revoked is good for nothing from that moment on.
import { timingSafeEqual } from "node:crypto";
import { type AccessToken, kinds, type Sensitive } from "@neverland/api";
import { tokenHash } from "@neverland/api/new-token";
import type { Service } from "@neverland/platform/service.ts";
import { type Clock, formatSeconds } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { RegularWork } from "@neverland/platform/wait/regular-work.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";

/** Whose request it is, as Kubernetes says it of users. */
export type Holder = { readonly username: string; readonly groups: readonly string[] };

export type Access = {
  /** @returns Undefined for what is no token, or one that is over. */
  holderOf(token: string): Holder | undefined;
  /** Calls back when the holder's token is revoked or over, so that answers that go on end. @returns What ends that. */
  onEnd(holder: Holder, end: () => void): () => void;
};

export type AccessTokensDeps = {
  readonly store: Pick<ResourceStore, "list" | "watch" | "get" | "updateStatus">;
  readonly clock: Clock;
  /** Of the data folder, which no AccessToken is for. */
  readonly ownToken: Sensitive<string>;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
};

/** By these Kubernetes' programs know who may do everything. */
const groups = ["system:masters", "system:authenticated"];
const owner: Holder = { username: "neverland", groups };

type Known = {
  readonly name: string;
  readonly hash: string;
  readonly holder: Holder;
  readonly expiresMs: number;
  /** The hour that its status says. */
  lastUsedHour: number;
  usedMs: number | undefined;
  readonly ends: Set<() => void>;
  /** Gives up what waits for its end. */
  giveUp: () => void;
};

const hourMs = 3_600_000;
const lookEveryMs = 60_000;
/** Timers of Node count to 2^31 ms. */
const longestWaitMs = 24 * hourMs;

export class AccessTokens implements Access, Service {
  readonly #deps: AccessTokensDeps;
  readonly #ownHash: Buffer;
  readonly #byHash = new Map<string, Known>();
  readonly #byName = new Map<string, Known>();
  readonly #byHolder = new WeakMap<Holder, Known>();
  readonly #abort = new AbortController();
  readonly #looking: RegularWork;
  #following: Following | undefined;

  constructor(deps: AccessTokensDeps) {
    this.#deps = deps;
    this.#ownHash = Buffer.from(tokenHash(deps.ownToken.reveal()), "hex");
    const looking = { everyMs: lookEveryMs, doing: "looking after access tokens", work: () => this.#look() };
    this.#looking = new RegularWork({ ...deps, ...looking, isIdle: true });
  }

  /** Ready when it knows all there are: nobody is refused because we have just started. */
  async start(signal: AbortSignal): Promise<void> {
    const { store, clock, onError } = this.#deps;
    this.#following = follow<AccessToken>({ store, clock, signal: this.#abort.signal }, kinds.AccessToken, {
      onChange: (type, token) => (type === "deleted" ? this.#forget(token.metadata.name) : this.#take(token)),
      onError: (error, retryInMs) => onError({ doing: "watching access tokens", error, retryInMs }),
    });
    await unlessAborted(this.#following.ready, signal);
    this.#looking.start();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    for (const { giveUp } of this.#byName.values()) giveUp();
    const all = Promise.all([this.#looking.stop(), this.#following?.done]);
    await unlessAborted(all, deadline).catch(() => undefined);
  }

  /** By their hashes: how long that takes says nothing of a token, whose hash no caller can choose bit by bit. */
  holderOf(token: string): Holder | undefined {
    const hash = tokenHash(token);
    if (timingSafeEqual(Buffer.from(hash, "hex"), this.#ownHash)) return owner;
    const known = this.#byHash.get(hash);
    const nowMs = this.#deps.clock.nowMs();
    if (known === undefined || known.expiresMs <= nowMs) return undefined;
    known.usedMs = nowMs;
    return known.holder;
  }

  onEnd(holder: Holder, end: () => void): () => void {
    const known = this.#byHolder.get(holder);
    known?.ends.add(end);
    return () => known?.ends.delete(end);
  }

  #take({ metadata, spec, status }: AccessToken): void {
    const before = this.#byName.get(metadata.name);
    // Its own status comes this way, too.
    if (before !== undefined && before.hash !== spec?.sha256) this.#forget(metadata.name);
    if (spec === undefined || metadata.deletionTimestamp !== undefined) {
      this.#forget(metadata.name);
      return;
    }
    const same = this.#byName.get(metadata.name);
    const expiresMs = spec.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(spec.expiresAt);
    const holder = same?.holder ?? { username: `token:${metadata.name}`, groups };
    const known: Known = {
      ...{ name: metadata.name, hash: spec.sha256, holder, expiresMs },
      ...{
        lastUsedHour: hourOf(Date.parse(status?.lastUsed ?? "")),
        usedMs: same?.usedMs,
        ends: same?.ends ?? new Set(),
        giveUp: () => undefined,
      },
    };
    same?.giveUp();
    this.#endInTime(known);
    this.#byHash.set(known.hash, known);
    this.#byName.set(known.name, known);
    this.#byHolder.set(holder, known);
  }

  #forget(name: string): void {
    const known = this.#byName.get(name);
    if (known === undefined) return;
    this.#byName.delete(name);
    this.#byHash.delete(known.hash);
    known.giveUp();
    end(known);
  }

  #endInTime(known: Known): void {
    if (known.expiresMs === Number.POSITIVE_INFINITY) return;
    const leftMs = known.expiresMs - this.#deps.clock.nowMs();
    if (leftMs <= 0) end(known);
    else known.giveUp = this.#deps.clock.after(Math.min(leftMs, longestWaitMs), () => this.#endInTime(known), true);
  }

  /** No request writes: of each token that was used there is one write an hour, whatever its requests. */
  async #look(): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    for (const known of this.#byName.values()) {
      // Its timer does not know of a clock that was set.
      if (known.expiresMs <= nowMs) end(known);
      if (known.usedMs === undefined || hourOf(known.usedMs) === known.lastUsedHour) continue;
      await this.#write(known.name, hourOf(known.usedMs)).catch((error: unknown) =>
        this.#deps.onError({
          doing: `writing when the token ${known.name} was last used`,
          error,
          retryInMs: lookEveryMs,
        }),
      );
    }
  }

  async #write(name: string, hour: number): Promise<void> {
    const { store } = this.#deps;
    const token = (await store.get(kinds.AccessToken, { namespace: "", name })) as AccessToken | undefined;
    if (token === undefined) return;
    const status = { ...token.status, lastUsed: formatSeconds(hour * hourMs) };
    await store.updateStatus(kinds.AccessToken, { ...token, status });
  }
}

function end({ ends }: Known): void {
  for (const each of ends) each();
  ends.clear();
}

function hourOf(ms: number): number {
  return Number.isNaN(ms) ? -1 : Math.floor(ms / hourMs);
}
