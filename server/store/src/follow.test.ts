import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { type ChangeType, type Follower, follow } from "./follow.ts";
import { openMemoryStore } from "./memory-store.ts";
import type { ResourceList, ResourceStore } from "./resource-store.ts";

const { Template } = kinds;
const timeout = 10_000;

const template = (name: string, data = "") => ({
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Template",
  metadata: { name, namespace: "default" },
  spec: { data },
});

/** Notes what it is given; `until` resolves when that many things were noted. */
class Notes implements Follower {
  readonly seen: string[] = [];
  readonly errors: string[] = [];
  #waiting: { count: number; resolve: () => void } | undefined;
  readonly #poison: string | undefined;

  constructor(poison?: string) {
    this.#poison = poison;
  }

  onChange(type: ChangeType, { metadata }: Resource): void {
    if (metadata.name === this.#poison) throw new Error("cannot be indexed");
    this.#note(this.seen, `${type} ${metadata.name}`);
  }

  onError(error: unknown): void {
    this.#note(this.errors, String(error));
  }

  until(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { count, resolve };
    this.#wake();
    return promise;
  }

  #note(where: string[], what: string): void {
    where.push(what);
    this.#wake();
  }

  #wake(): void {
    if (this.#waiting && this.seen.length + this.errors.length >= this.#waiting.count) this.#waiting.resolve();
  }
}

/** A store that counts its lists. */
function counting(store: ResourceStore) {
  const counted = {
    lists: 0,
    list: async (...args: Parameters<ResourceStore["list"]>): Promise<ResourceList> => {
      counted.lists += 1;
      return await store.list(...args);
    },
    watch: store.watch.bind(store),
  };
  return counted;
}

test("everything there is is handed over, then every change", { timeout }, async () => {
  const store = openMemoryStore();
  const stop = new AbortController();
  await store.create(Template, template("a"));
  const notes = new Notes();
  const following = follow({ store, clock: systemClock, signal: stop.signal }, Template, notes);
  await following.ready;
  await store.create(Template, template("b"));
  await store.delete(Template, { namespace: "default", name: "a" });
  await notes.until(3);
  stop.abort();
  await following.done;
  assert.deepEqual(notes.seen, ["added a", "added b", "deleted a"]);
});

test("an object that the follower throws at is named, and neither stops the rest nor is the store asked again", {
  timeout,
}, async () => {
  const memory = openMemoryStore();
  const store = counting(memory);
  const stop = new AbortController();
  for (const name of ["a", "poison", "z"]) await memory.create(Template, template(name));
  const notes = new Notes("poison");
  const following = follow({ store, clock: systemClock, signal: stop.signal }, Template, notes);
  await following.ready;
  const poison = await memory.get(Template, { namespace: "default", name: "poison" });
  assert.ok(poison);
  for (const data of ["1", "2"])
    await memory.update(Template, {
      ...poison,
      metadata: { ...poison.metadata, resourceVersion: "" },
      spec: { data },
    });
  await memory.create(Template, template("later"));
  await notes.until(6);
  stop.abort();
  await following.done;
  assert.deepEqual(notes.seen, ["added a", "added z", "added later"]);
  assert.equal(notes.errors.length, 3);
  assert.match(notes.errors[0] ?? "", /Template default\/poison could not be taken .*: Error: cannot be indexed/);
  assert.equal(store.lists, 1);
});

test("after a gap only the difference is handed over, and what has gone is deleted", { timeout }, async () => {
  const store = openMemoryStore();
  const stop = new AbortController();
  for (const name of ["a", "b", "c"]) await store.create(Template, template(name));
  const brokenOff = Promise.withResolvers<never>();
  let watches = 0;
  const notes = new Notes();
  const gappy = {
    list: store.list.bind(store),
    watch: (...args: Parameters<ResourceStore["watch"]>) => {
      watches += 1;
      return watches === 1
        ? { [Symbol.asyncIterator]: () => ({ next: () => brokenOff.promise }) }
        : store.watch(...args);
    },
  };
  const following = follow({ store: gappy, clock: systemClock, signal: stop.signal }, Template, notes);
  await following.ready;
  await store.delete(Template, { namespace: "default", name: "a" });
  const b = await store.get(Template, { namespace: "default", name: "b" });
  assert.ok(b);
  await store.update(Template, { ...b, spec: { data: "new" } });
  await store.create(Template, template("d"));
  await store.delete(Template, { namespace: "default", name: "c" });
  await store.create(Template, template("c"));
  brokenOff.reject(new Error("the watch broke off"));
  await notes.until(9);
  stop.abort();
  await following.done;
  assert.deepEqual(notes.seen, [
    "added a",
    "added b",
    "added c",
    "modified b",
    "deleted c",
    "added c",
    "added d",
    "deleted a",
  ]);
});

test("ready rejects as soon as the signal aborts, though the store never answers", { timeout }, async () => {
  const stop = new AbortController();
  const store = { list: () => new Promise<never>(() => undefined), watch: () => assert.fail("never listed") };
  const { ready } = follow({ store, clock: systemClock, signal: stop.signal }, Template, new Notes());
  stop.abort(new Error("given up"));
  await assert.rejects(ready, /given up/);
});
