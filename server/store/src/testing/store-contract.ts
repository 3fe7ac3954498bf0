// What every store driver must do: one suite, run by the test of each. Long, because it is one list of promises.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import { resourceJson } from "../resource-json.ts";
import type { NewResource, ResourceStore, Selector, WatchEvent } from "../resource-store.ts";

/** Keep about `historyBytes` of changes and `listBytes` of old states, and send bookmarks after `bookmarkMs`. */
export type ContractLimits = { readonly historyBytes: number; readonly listBytes: number; readonly bookmarkMs: number };
export type OpenStore = (limits: ContractLimits) => Promise<{ store: ResourceStore; dispose: () => Promise<void> }>;

const { Hardware, Template } = kinds;

export function storeContract(driver: string, open: OpenStore): void {
  describe(`${driver} keeps the store contract`, () => {
    let store: ResourceStore;
    let dispose: () => Promise<void>;
    beforeEach(async () => {
      ({ store, dispose } = await open({ historyBytes: 20_000, listBytes: 0, bookmarkMs: 50 }));
    });
    afterEach(() => dispose());
    const the = () => store;
    creating(the);
    updating(the);
    deleting(the);
    listing(the);
    indexing(the);
    paging(the);
    watching(the);
    resuming(the);
  });
}

function creating(store: () => ResourceStore): void {
  test("a created object has uid, version, generation and time", async () => {
    const made = await store().create(Template, template("a", "one"));
    assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/);
    assert.match(made.metadata.resourceVersion, /^[1-9]\d*$/);
    assert.equal(made.metadata.generation, 1);
    assert.match(String(made.metadata.creationTimestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(await store().get(Template, made.metadata), made);
  });
  test("a name is taken once per kind and namespace", async () => {
    await store().create(Template, template("a", "one"));
    await assert.rejects(store().create(Template, template("a", "two")), { code: "already-exists" });
    await store().create(Template, template("a", "two", { namespace: "other" }));
    await store().create(Hardware, { ...template("a", "three"), kind: "Hardware" });
  });
  test("fields that no schema knows are kept", async () => {
    const spec = { data: "x", later: { a: [1, null, { b: true }] } };
    await store().create(Template, { ...template("a", ""), spec });
    assert.deepEqual((await store().get(Template, key("a")))?.spec, spec);
  });
  test("an object that is not there is undefined", async () => {
    assert.equal(await store().get(Template, key("none")), undefined);
  });
  test("what is handed out is one object for everybody, and frozen to its leaves", async () => {
    const wanted = { ...template("a", "one"), spec: { data: "one", deep: { list: [{ leaf: true }] } } };
    const stop = new AbortController();
    const [events, others] = [1, 2].map(() => store().watch(Template, { signal: stop.signal }));
    const made = await store().create(Template, wanted);
    assert.equal(await store().get(Template, key("a")), made);
    assert.equal((await store().list(Template)).items[0], made);
    assert.ok(events && others);
    const [event, other] = await Promise.all([events, others].map(async (each) => await firstOf(each)));
    assert.equal(event, other);
    assert.equal(event?.type === "added" && event.object, made);
    assert.throws(() => Object.assign(made.metadata, { name: "b" }), TypeError);
    assert.throws(() => (made.spec as typeof wanted.spec).deep.list.push({ leaf: false }), TypeError);
    stop.abort();
  });
  test("an object that was handed in stays the caller's own", async () => {
    const wanted = template("a", "one");
    await store().create(Template, wanted);
    wanted.spec = { data: "changed" };
    assert.deepEqual((await store().get(Template, key("a")))?.spec, { data: "one" });
  });
  test("the text of a stored object is at hand, and a copy of it does not take it along", async () => {
    const made = await store().create(Template, template("a", "one"));
    assert.equal(resourceJson(made), JSON.stringify(made));
    assert.match(resourceJson({ ...made, spec: { data: "two" } }), /"data":"two"/);
  });
  test("concurrent creates of one name succeed once", async () => {
    const tries = Array.from({ length: 8 }, (_, index) => store().create(Template, template("a", String(index))));
    const results = await Promise.allSettled(tries);
    assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
  });
}

function updating(store: () => ResourceStore): void {
  test("an update replaces the spec, keeps the status, and counts the generation", async () => {
    const made = await store().create(Template, { ...template("a", "one"), status: { state: "Ready" } });
    const next = await store().update(Template, { ...made, spec: { data: "two" }, status: { state: "Error" } });
    assert.deepEqual([next.spec, next.status], [{ data: "two" }, { state: "Ready" }]);
    assert.equal(next.metadata.generation, 2);
    assert.ok(versionOf(next) > versionOf(made));
  });
  test("an update of labels leaves the generation", async () => {
    const made = await store().create(Template, template("a", "one"));
    const next = await store().update(Template, { ...made, metadata: { ...made.metadata, labels: { a: "b" } } });
    assert.deepEqual([next.metadata.generation, next.metadata.labels], [1, { a: "b" }]);
  });
  test("updateStatus replaces the status alone", async () => {
    const made = await store().create(Template, template("a", "one"));
    const next = await store().updateStatus(Template, { ...made, spec: { data: "no" }, status: { state: "Ready" } });
    assert.deepEqual([next.spec, next.status], [{ data: "one" }, { state: "Ready" }]);
    assert.equal(next.metadata.generation, 1);
  });
  test("of two updates from one version the second conflicts", async () => {
    const made = await store().create(Template, template("a", "one"));
    const results = await Promise.allSettled([
      store().update(Template, { ...made, spec: { data: "left" } }),
      store().update(Template, { ...made, spec: { data: "right" } }),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ["fulfilled", "rejected"],
    );
    await assert.rejects(store().updateStatus(Template, { ...made, status: { state: "Ready" } }), { code: "conflict" });
    assert.deepEqual((await store().get(Template, key("a")))?.spec, { data: "left" });
  });
  test("an update without a version wins", async () => {
    const made = await store().create(Template, template("a", "one"));
    await store().update(Template, { ...made, spec: { data: "two" } });
    const blind = { ...made, spec: { data: "three" }, metadata: { ...made.metadata, resourceVersion: "" } };
    assert.deepEqual((await store().update(Template, blind)).spec, { data: "three" });
  });
  test("an update of another object of the same name conflicts", async () => {
    const old = await store().create(Template, template("a", "one"));
    await store().delete(Template, key("a"));
    await store().create(Template, template("a", "two"));
    const late = { ...old, metadata: { ...old.metadata, resourceVersion: "" } };
    await assert.rejects(store().update(Template, late), { code: "conflict" });
  });
  test("an update of nothing is not found", async () => {
    const made = await store().create(Template, template("a", "one"));
    await store().delete(Template, key("a"));
    await assert.rejects(store().update(Template, made), { code: "not-found" });
    await assert.rejects(store().updateStatus(Template, made), { code: "not-found" });
  });
  test("a write that changes nothing takes no version and makes no event", async () => {
    const made = await store().create(Template, template("a", "one"));
    assert.deepEqual(await store().update(Template, structuredClone(made)), made);
    assert.deepEqual(await store().updateStatus(Template, structuredClone(made)), made);
    const next = await store().update(Template, { ...made, spec: { data: "two" } });
    assert.deepEqual(await eventsFrom(store(), made, 1), [["modified", versionOf(next)]]);
  });
  test("what the store fills in cannot be changed", async () => {
    const made = await store().create(Template, template("a", "one"));
    const metadata = { ...made.metadata, generation: 99, creationTimestamp: "2000-01-01T00:00:00Z" };
    const next = await store().update(Template, { ...made, spec: { data: "two" }, metadata });
    assert.equal(next.metadata.creationTimestamp, made.metadata.creationTimestamp);
    assert.equal(next.metadata.generation, 2);
  });
}

function deleting(store: () => ResourceStore): void {
  test("a deleted object is gone and its name is free", async () => {
    const made = await store().create(Template, template("a", "one"));
    await store().delete(Template, key("a"));
    assert.equal(await store().get(Template, key("a")), undefined);
    const again = await store().create(Template, template("a", "one"));
    assert.notEqual(again.metadata.uid, made.metadata.uid);
    assert.ok(versionOf(again) > versionOf(made) + 1);
  });
  test("a delete of nothing is not found", async () => {
    await assert.rejects(store().delete(Template, key("none")), { code: "not-found" });
  });
  test("preconditions that do not hold conflict", async () => {
    const made = await store().create(Template, template("a", "one"));
    await assert.rejects(store().delete(Template, key("a"), { uid: "another" }), { code: "conflict" });
    await assert.rejects(store().delete(Template, key("a"), { resourceVersion: "999" }), { code: "conflict" });
    await store().delete(Template, key("a"), {
      uid: made.metadata.uid,
      resourceVersion: made.metadata.resourceVersion,
    });
  });
  test("an object with finalizers goes when the last one is removed", async () => {
    const made = await store().create(Template, template("a", "one", { finalizers: ["x/hold"] }));
    const marked = await store().delete(Template, key("a"));
    assert.match(String(marked.metadata.deletionTimestamp), /Z$/);
    assert.deepEqual(await store().delete(Template, key("a")), marked);
    const gone = await store().update(Template, { ...marked, metadata: { ...marked.metadata, finalizers: [] } });
    assert.equal(await store().get(Template, key("a")), undefined);
    assert.deepEqual(await eventsFrom(store(), made, 2), [
      ["modified", versionOf(marked)],
      ["deleted", versionOf(gone)],
    ]);
  });
}

function listing(store: () => ResourceStore): void {
  test("a list is in the order of namespace and name, and says its version", async () => {
    for (const name of ["b", "a", "c"]) await store().create(Template, template(name, name));
    const last = await store().create(Template, template("z", "z", { namespace: "another" }));
    const all = await store().list(Template);
    assert.deepEqual(all.items.map(nameOf), ["another/z", "default/a", "default/b", "default/c"]);
    assert.equal(all.resourceVersion, last.metadata.resourceVersion);
    assert.deepEqual((await store().list(Template, { namespace: "another" })).items.map(nameOf), ["another/z"]);
    assert.deepEqual((await store().list(Hardware)).items, []);
  });
  test("a long list is whole, and in order", async () => {
    const names = Array.from({ length: 600 }, (_, index) => `n${String(index).padStart(4, "0")}`);
    await Promise.all(names.map((name) => store().create(Template, template(name, ""))));
    assert.deepEqual(
      (await store().list(Template)).items.map((item) => item.metadata.name),
      names,
    );
    assert.equal((await store().list(Template, { namespace: "default", limit: 1 })).remainingItemCount, 599);
  });
  test("namespaces are those that hold something", async () => {
    for (const namespace of ["b", "a"]) await store().create(Template, template("x", "", { namespace }));
    assert.deepEqual((await store().namespaces(Template)).toSorted(), ["a", "b"]);
    await store().delete(Template, { namespace: "a", name: "x" });
    assert.deepEqual(await store().namespaces(Template), ["b"]);
    assert.deepEqual(await store().namespaces(Hardware), []);
  });
  test("labels and fields select", async () => {
    await store().create(Template, template("a", "one", { labels: { rack: "1", role: "db" } }));
    await store().create(Template, template("b", "two", { labels: { rack: "2" } }));
    await store().create(Template, template("c", "one"));
    const select = async (what: { labels?: Selector[]; fields?: Selector[] }) =>
      (await store().list(Template, what)).items.map((item) => item.metadata.name).join("");
    assert.equal(await select({ labels: [{ key: "rack", operator: "in", values: ["1", "2"] }] }), "ab");
    assert.equal(await select({ labels: [{ key: "rack", operator: "not-in", values: ["1"] }] }), "bc");
    assert.equal(await select({ labels: [{ key: "role", operator: "exists" }] }), "a");
    assert.equal(await select({ labels: [{ key: "role", operator: "not-exists" }] }), "bc");
    assert.equal(await select({ fields: [{ key: "spec.data", operator: "in", values: ["one"] }] }), "ac");
    assert.equal(await select({ fields: [{ key: "metadata.name", operator: "not-in", values: ["a"] }] }), "bc");
    assert.equal(await select({ labels: [{ key: "toString", operator: "exists" }] }), "");
  });
}

function indexing(store: () => ResourceStore): void {
  const machine = (name: string, macs: readonly string[], namespace = "default"): NewResource => ({
    ...template(name, "", { namespace }),
    kind: "Hardware",
    spec: { agentID: `agent-${macs.length}`, interfaces: macs.map((mac) => ({ dhcp: { mac } })) },
  });
  const byMac = (...values: string[]): Selector => ({ key: "spec.interfaces[].dhcp.mac", operator: "in", values });
  test("a field is found through a list, and follows what is written", async () => {
    const find = async (...macs: string[]) =>
      (await store().list(Hardware, { fields: [byMac(...macs)] })).items.map(nameOf);
    await store().create(Hardware, machine("b", ["m1", "m2"]));
    const a = await store().create(Hardware, machine("a", ["m2"]));
    await store().create(Hardware, machine("c", [], "other"));
    assert.deepEqual(await find("m2"), ["default/a", "default/b"]);
    assert.deepEqual(await find("m1", "m2"), ["default/a", "default/b"]);
    assert.deepEqual(await find("none"), []);
    assert.deepEqual(await find(""), ["other/c"]);
    await store().update(Hardware, { ...a, spec: { interfaces: [{ dhcp: { mac: "m3" } }] } });
    assert.deepEqual([await find("m2"), await find("m3")], [["default/b"], ["default/a"]]);
    await store().delete(Hardware, key("b"));
    assert.deepEqual([await find("m1"), await find("m2")], [[], []]);
  });
  test("an index, a namespace, a name and another selector are one selection, in pages too", async () => {
    for (const name of ["d", "b", "a", "c"])
      for (const namespace of ["default", "other"])
        await store().create(Hardware, machine(name, name < "c" ? ["m1"] : ["m1", "m2"], namespace));
    const fields = [byMac("m1"), { key: "spec.agentID", operator: "in", values: ["agent-2"] } as const];
    const first = await store().list(Hardware, { fields, limit: 3 });
    assert.deepEqual(first.items.map(nameOf), ["default/c", "default/d", "other/c"]);
    const rest = await store().list(Hardware, { fields, limit: 3, continueToken: first.continueToken ?? "" });
    assert.deepEqual([rest.items.map(nameOf), rest.continueToken], [["other/d"], undefined]);
    assert.deepEqual((await store().list(Hardware, { fields, namespace: "other" })).items.map(nameOf), [
      "other/c",
      "other/d",
    ]);
    const named: Selector[] = [{ key: "metadata.name", operator: "in", values: ["a", "a", "none"] }];
    assert.deepEqual((await store().list(Hardware, { fields: named })).items.map(nameOf), ["default/a", "other/a"]);
  });
  test("whatever is written, an indexed list is what looking at everything finds", async () => {
    const random = seededRandom(1);
    for (let step = 0; step < 300; step++) {
      const name = `n${random(20)}`;
      const wanted = machine(name, [`m${random(5)}`, `m${random(5)}`]);
      const writes = [
        () => store().create(Hardware, wanted),
        () => store().update(Hardware, wanted as Resource), // without a version: whatever is there is replaced
        () => store().delete(Hardware, key(name)),
      ];
      await Promise.allSettled([writes[random(3)]?.()]);
    }
    const { items } = await store().list(Hardware);
    assert.ok(items.length > 5);
    for (const mac of ["m0", "m1", "m2", "m3", "m4"]) {
      const looked = items.filter((item) => JSON.stringify(item.spec).includes(`"${mac}"`));
      assert.deepEqual((await store().list(Hardware, { fields: [byMac(mac)] })).items, looked);
    }
  });
}

function paging(store: () => ResourceStore): void {
  test("pages of one list show one state, whatever is written between them", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) await store().create(Template, template(name, "old"));
    const first = await store().list(Template, { limit: 2 });
    assert.deepEqual([first.items.map(nameOf), first.remainingItemCount], [["default/a", "default/b"], 3]);
    await store().delete(Template, key("c"));
    const d = await store().get(Template, key("d"));
    assert.ok(d);
    await store().update(Template, { ...d, spec: { data: "new" } });
    await store().create(Template, template("cc", "new"));
    const second = await store().list(Template, { limit: 2, continueToken: first.continueToken ?? "" });
    assert.deepEqual(second.items.map(nameOf), ["default/c", "default/d"]);
    assert.deepEqual(second.items[1]?.spec, { data: "old" });
    const third = await store().list(Template, { limit: 2, continueToken: second.continueToken ?? "" });
    assert.deepEqual([third.items.map(nameOf), third.continueToken], [["default/e"], undefined]);
    assert.equal(third.resourceVersion, first.resourceVersion);
  });
  test("pages show one state while very many are written between them", async () => {
    const names = Array.from({ length: 700 }, (_, index) => `n${String(index).padStart(4, "0")}`);
    await Promise.all(names.map((name) => store().create(Template, template(name, "old"))));
    const seen: string[] = [];
    let continueToken: string | undefined;
    let round = 0;
    do {
      const page = await store().list(Template, { limit: 100, ...(continueToken && { continueToken }) });
      seen.push(...page.items.map(({ metadata, spec }) => `${metadata.name} ${(spec as { data: string }).data}`));
      ({ continueToken } = page);
      round += 1;
      await store().delete(Template, key(`n${String(700 - round * 7).padStart(4, "0")}`));
      await store().create(Template, template(`n${String(round * 93).padStart(4, "0")}a`, "new"));
      await store().update(Template, { ...template(`n${String(round * 90).padStart(4, "0")}`, "new") } as Resource);
    } while (continueToken);
    assert.deepEqual(
      seen,
      names.map((name) => `${name} old`),
    );
  });
  test("a limit counts selected objects only", async () => {
    for (const name of ["a", "b", "c", "d"]) await store().create(Template, template(name, name > "b" ? "x" : "y"));
    const fields: Selector[] = [{ key: "spec.data", operator: "in", values: ["x"] }];
    const page = await store().list(Template, { limit: 1, fields });
    assert.deepEqual(page.items.map(nameOf), ["default/c"]);
    const rest = await store().list(Template, { limit: 1, fields, continueToken: page.continueToken ?? "" });
    assert.deepEqual([rest.items.map(nameOf), rest.continueToken], [["default/d"], undefined]);
  });
  test("a list is of the version that is asked for while its state is kept, and says of which it is otherwise", async () => {
    await store().create(Template, template("a", "one"));
    const { resourceVersion: atVersion } = await store().list(Template);
    await store().create(Template, template("b", "one"));
    const fields: Selector[] = [{ key: "metadata.name", operator: "in", values: ["a", "b"] }];
    for (const options of [{ atVersion }, { atVersion, fields }, { atVersion, limit: 1 }]) {
      const list = await store().list(Template, options);
      assert.deepEqual([list.items.map(nameOf), list.resourceVersion], [["default/a"], atVersion]);
    }
    const ahead = await store().list(Template, { atVersion: "1000000" });
    assert.deepEqual(ahead.items.map(nameOf), ["default/a", "default/b"]);
    assert.ok(Number(ahead.resourceVersion) < 1000);
  });
  test("pages show one state while more is written between them than the history holds", async () => {
    for (const name of ["a", "b", "c"]) await store().create(Template, template(name, "old"));
    const first = await store().list(Template, { limit: 1 });
    await outgrowHistory(store());
    await store().delete(Template, key("b"));
    await store().update(Template, { ...template("c", "new") } as Resource);
    const second = await store().list(Template, { limit: 1, continueToken: first.continueToken ?? "" });
    assert.deepEqual([second.items.map(nameOf), second.remainingItemCount], [["default/b"], 1]);
    const labels: Selector[] = [{ key: "none", operator: "not-exists" }];
    const third = await store().list(Template, { limit: 1, labels, continueToken: second.continueToken ?? "" });
    assert.deepEqual([third.items.map(({ spec }) => spec), third.continueToken], [[{ data: "old" }], undefined]);
  });
  test("a page of a kind that was not written since goes on, whatever was written of others", async () => {
    for (const name of ["a", "b"]) await store().create(Hardware, { ...template(name, ""), kind: "Hardware" });
    const { continueToken = "" } = await store().list(Hardware, { limit: 1 });
    await outgrowHistory(store());
    await store().list(Template, { limit: 1 });
    await store().delete(Template, key("fill-0-0"));
    const { items } = await store().list(Hardware, { limit: 1, continueToken });
    assert.deepEqual(items.map(nameOf), ["default/b"]);
  });
  test("a page of a forgotten state is gone, with a token that goes on in what there is now", async () => {
    for (const name of ["a", "b"]) await store().create(Template, template(name, "old"));
    const { continueToken = "" } = await store().list(Template, { limit: 1 });
    await store().create(Template, template("c", "new"));
    await store().list(Template, { limit: 1 }); // there is room for the state of one list alone
    await store().delete(Template, key("b"));
    await outgrowHistory(store());
    const gone = await store()
      .list(Template, { limit: 1, continueToken })
      .catch((error) => error);
    assert.deepEqual([gone.code, typeof gone.continueToken], ["gone", "string"]);
    const rest = await store().list(Template, { limit: 1, continueToken: gone.continueToken });
    assert.deepEqual([rest.items.map(nameOf), typeof rest.continueToken], [["default/c"], "string"]);
  });
  test("lists that are begun make room for themselves, though nothing is written", async () => {
    for (const name of ["a", "b"]) await store().create(Template, template(name, "old"));
    const { continueToken = "" } = await store().list(Template, { limit: 1 });
    await outgrowHistory(store());
    await store().list(Template, { limit: 1 }); // there is room for the state of one list alone
    await assert.rejects(store().list(Template, { limit: 1, continueToken }), { code: "gone" });
  });
  test("a page of a made-up token is gone, and so is one of a state that this store never reached", async () => {
    for (const continueToken of ["bm8", Buffer.from('[99999999,"default","a"]').toString("base64url")])
      await assert.rejects(store().list(Template, { limit: 1, continueToken }), { code: "gone" });
  });
}

function watching(store: () => ResourceStore): void {
  test("a watch from now sees what is written from the call on, in order", async () => {
    await store().create(Template, template("before", "x"));
    const stop = new AbortController();
    const events = store().watch(Template, { signal: stop.signal });
    const made = await store().create(Template, template("a", "one"));
    const next = await store().update(Template, { ...made, spec: { data: "two" } });
    await store().create(Hardware, { ...template("hw", ""), kind: "Hardware" });
    await store().delete(Template, key("a"));
    assert.deepEqual(await take(events, 3, stop), [
      ["added", versionOf(made)],
      ["modified", versionOf(next)],
      ["deleted", versionOf(next) + 2],
    ]);
  });
  test("a waiting watch is woken by the write", { timeout: 5000 }, async () => {
    const stop = new AbortController();
    const seen = take(store().watch(Template, { signal: stop.signal }), 1, stop);
    const made = await store().create(Template, template("a", "one"));
    assert.deepEqual(await seen, [["added", versionOf(made)]]);
  });
  test("objects enter and leave the selection of a watch", async () => {
    const stop = new AbortController();
    const labels: Selector[] = [{ key: "on", operator: "in", values: ["yes"] }];
    const events = store().watch(Template, { labels, signal: stop.signal });
    const made = await store().create(Template, template("a", "one"));
    const on = await store().update(Template, labelled(made, "yes"));
    const off = await store().update(Template, labelled(on, "no"));
    const back = await store().update(Template, labelled(off, "yes"));
    assert.deepEqual(await take(events, 3, stop), [
      ["added", versionOf(on)],
      ["deleted", versionOf(off)],
      ["added", versionOf(back)],
    ]);
  });
  test("a quiet watch gets bookmarks that move with the store", { timeout: 5000 }, async () => {
    const stop = new AbortController();
    const events = store().watch(Template, { signal: stop.signal });
    const other = await store().create(Hardware, { ...template("hw", ""), kind: "Hardware" });
    for await (const event of events) {
      assert.deepEqual(event, { type: "bookmark", resourceVersion: other.metadata.resourceVersion });
      stop.abort();
    }
  });
  test("a watch whose signal has aborted ends without an event", async () => {
    const made = await store().create(Template, template("a", "one"));
    await store().update(Template, { ...made, spec: { data: "two" } });
    const signal = AbortSignal.abort();
    const events = await Array.fromAsync(
      store().watch(Template, { resourceVersion: made.metadata.resourceVersion, signal }),
    );
    assert.deepEqual(events, []);
  });
}

function resuming(store: () => ResourceStore): void {
  test("a watch from a list's version misses nothing", async () => {
    await store().create(Template, template("a", "one"));
    const { resourceVersion } = await store().list(Template);
    const made = await store().create(Template, template("b", "one"));
    const stop = new AbortController();
    const events = store().watch(Template, { resourceVersion, signal: stop.signal });
    assert.deepEqual(await take(events, 1, stop), [["added", versionOf(made)]]);
  });
  test("a watch from a forgotten version is gone, and from one never reached too", async () => {
    const made = await store().create(Template, template("a", "one"));
    await outgrowHistory(store());
    await assert.rejects(eventsFrom(store(), made, 1), { code: "gone" });
    const ahead = { metadata: { ...made.metadata, resourceVersion: "99999999" } };
    await assert.rejects(eventsFrom(store(), ahead, 1), { code: "gone" });
  });
  test("a watch that the history overtakes is gone: it has missed something", { timeout: 10_000 }, async () => {
    const { signal } = new AbortController();
    const watch = store().watch(Template, { signal })[Symbol.asyncIterator]();
    const first = watch.next();
    const made = await store().create(Template, template("a", "one"));
    const { value } = await first;
    assert.deepEqual([value?.type, value?.object.metadata.resourceVersion], ["added", made.metadata.resourceVersion]);
    await outgrowHistory(store());
    await assert.rejects(watch.next(), { code: "gone" });
    assert.deepEqual(await watch.next(), { done: true, value: undefined });
  });
  test("a busy kind takes nothing of a quiet one's history", { timeout: 10_000 }, async () => {
    const { resourceVersion } = await store().list(Hardware);
    const made = await store().create(Hardware, { ...template("hw", ""), kind: "Hardware" });
    await outgrowHistory(store());
    const stop = new AbortController();
    const events = store().watch(Hardware, { resourceVersion, signal: stop.signal });
    assert.deepEqual(await take(events, 1, stop), [["added", versionOf(made)]]);
  });
  test("a watch on a quiet kind outlives the history of a busy one", { timeout: 10_000 }, async () => {
    const stop = new AbortController();
    const seen = take(store().watch(Hardware, { signal: stop.signal }), 1, stop);
    await new Promise(setImmediate); // the watch waits now
    await outgrowHistory(store());
    const made = await store().create(Hardware, { ...template("hw", ""), kind: "Hardware" });
    assert.deepEqual(await seen, [["added", versionOf(made)]]);
  });
}

function template(name: string, data: string, metadata: Partial<Resource["metadata"]> = {}): NewResource {
  return {
    apiVersion: apiVersionOf(Template),
    kind: "Template",
    metadata: { name, namespace: "default", ...metadata },
    spec: { data },
  };
}

function labelled(object: Resource, on: string): Resource {
  return { ...object, metadata: { ...object.metadata, labels: { on } } };
}

/** The same numbers from 0 to below `below` in every run. */
function seededRandom(start: number): (below: number) => number {
  let seed = start;
  return (below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
}

const key = (name: string) => ({ namespace: "default", name });
const nameOf = (object: Resource) => `${object.metadata.namespace}/${object.metadata.name}`;
const versionOf = (object: Pick<Resource, "metadata">) => Number(object.metadata.resourceVersion);

/** More writes than the history of the contract's limits can hold, whatever a driver's slack. */
async function outgrowHistory(store: ResourceStore): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const writes = Array.from({ length: 600 }, (_, i) => store.create(Template, template(`fill-${round}-${i}`, "")));
    await Promise.all(writes);
  }
}

type Seen = [type: "added" | "modified" | "deleted", version: number];

async function eventsFrom(store: ResourceStore, from: Pick<Resource, "metadata">, count: number): Promise<Seen[]> {
  const stop = new AbortController();
  const { resourceVersion } = from.metadata;
  return await take(store.watch(Template, { resourceVersion, signal: stop.signal }), count, stop);
}

async function firstOf(events: AsyncIterable<WatchEvent>): Promise<WatchEvent | undefined> {
  for await (const event of events) if (event.type !== "bookmark") return event;
  return undefined;
}

/** The first `count` events that are no bookmarks. */
async function take(events: AsyncIterable<WatchEvent>, count: number, stop: AbortController): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const event of events) {
    if (event.type !== "bookmark") seen.push([event.type, versionOf(event.object)]);
    if (seen.length === count) stop.abort();
  }
  return seen;
}
