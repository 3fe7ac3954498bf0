// The client of @neverland/api against the real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiError, kinds, ResourceClient, type ResourceTable } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { overheardFetch } from "./testing/overheard-fetch.ts";

const namesIn = ({ rows }: ResourceTable) => rows.map(({ object }) => object?.metadata.name);
const key = (name: string) => ({ namespace: "default", name });

describe("the client", () => {
  let api: ApiServer;
  let templates: ResourceClient<typeof kinds.Template>;
  let workflows: ResourceClient<typeof kinds.Workflow>;
  before(async () => {
    const deps = { clock: systemClock, newUid: () => crypto.randomUUID() };
    const actionLogs = {
      hasDeleted: () => false,
      async *read() {
        yield "grüße\n";
      },
    };
    api = await startApiServer({ store: openMemoryStore(deps, { historyBytes: 50_000, bookmarkMs: 50 }), actionLogs });
    templates = new ResourceClient(kinds.Template, { server: api.url, token: api.token });
    workflows = new ResourceClient(kinds.Workflow, { server: api.url, token: api.token });
  });
  after(async () => {
    await api.close();
    await api.store.close();
  });

  test("creates, gets, updates, patches and deletes with the kind's types", async () => {
    const made = await workflows.create({ metadata: { name: "crud" }, spec: { hardwareRef: "m1" } });
    assert.equal(made.spec?.hardwareRef, "m1");
    const put = await workflows.update({ ...made, spec: { hardwareRef: "m2" } });
    assert.equal((await workflows.get(key("crud")))?.spec?.hardwareRef, "m2");
    const seen = await workflows.updateStatus({ ...put, status: { state: "PENDING" } });
    assert.deepEqual([seen.status?.state, seen.spec?.hardwareRef], ["PENDING", "m2"]);
    assert.equal((await workflows.patch(key("crud"), { spec: { disabled: true } })).spec?.disabled, true);
    const patch = [{ op: "remove", path: "/spec/disabled" }];
    assert.equal((await workflows.patch(key("crud"), patch)).spec?.disabled, undefined);
    await workflows.delete(key("crud"));
    assert.equal(await workflows.get(key("crud")), undefined);
  });

  test("applies, and its conflicts are errors with causes", async () => {
    await templates.apply({ metadata: { name: "applied" }, spec: { data: "one" } });
    const other = new ResourceClient(kinds.Template, { server: api.url, token: api.token, fieldManager: "other" });
    const change = { metadata: { name: "applied" }, spec: { data: "two" } };
    await assert.rejects(other.apply(change), (error: ApiError) => {
      assert.deepEqual(
        [error.code, error.reason, error.status?.causes[0]?.field],
        ["conflict", "Conflict", ".spec.data"],
      );
      return true;
    });
    assert.equal((await other.apply(change, { force: true })).spec?.data, "two");
  });

  test("a dry run writes nothing", async () => {
    const made = await templates.create({ metadata: { name: "dry" } }, { dryRun: true });
    assert.equal(made.metadata.name, "dry");
    assert.equal(await templates.get(key("dry")), undefined);
  });

  test("lists by selector and in pages", async () => {
    for (const name of ["l1", "l2", "l3"])
      await templates.create({ metadata: { name, namespace: "lists", labels: { set: "l" } } });
    const first = await templates.list({ namespace: "lists", labelSelector: "set=l", limit: 2 });
    const rest = await templates.list({
      namespace: "lists",
      labelSelector: "set=l",
      limit: 2,
      continueToken: first.continueToken ?? "",
    });
    assert.deepEqual(
      [...first.items, ...rest.items].map((item) => item.metadata.name),
      ["l1", "l2", "l3"],
    );
  });

  test("errors have a code, a reason and a sentence", async () => {
    const codeOf = async (work: Promise<unknown>) =>
      await work.then(
        () => "none",
        (error: ApiError) => [error.code, error.message],
      );
    await templates.create({ metadata: { name: "twice" } });
    assert.deepEqual(await codeOf(templates.create({ metadata: { name: "twice" } })), [
      "already-exists",
      'templates.tinkerbell.org "twice" already exists',
    ]);
    assert.deepEqual(await codeOf(templates.delete(key("none"))), [
      "not-found",
      'templates.tinkerbell.org "none" not found',
    ]);
    const stranger = new ResourceClient(kinds.Template, { server: api.url, token: "wrong" });
    assert.equal((await codeOf(stranger.list()))[0], "unauthorized");
    assert.equal((await codeOf(templates.create({ metadata: { name: "BAD" } })))[0], "invalid");
    const nowhere = new ResourceClient(kinds.Template, { server: "http://127.0.0.1:1", token: "t" });
    const [code, message] = await codeOf(nowhere.list());
    assert.equal(code, "unavailable");
    assert.match(message ?? "", /^GET http:\/\/127\.0\.0\.1:1\/apis\S+ got no answer: .*Is the server running/);
  });

  test("waits for a state, and for an end", { timeout: 60_000 }, async () => {
    const deadline = AbortSignal.timeout(50_000);
    const done = workflows.waitFor(key("awaited"), (workflow) => workflow?.status?.state === "SUCCESS", deadline);
    const made = await workflows.create({ metadata: { name: "awaited" } });
    await workflows.updateStatus({ ...made, status: { state: "SUCCESS" } });
    assert.equal((await done)?.status?.state, "SUCCESS");
    const gone = workflows.waitFor(key("awaited"), (workflow) => workflow === undefined, deadline);
    await workflows.delete(key("awaited"));
    assert.equal(await gone, undefined);
  });

  test("a wait ends with its deadline's reason", { timeout: 60_000 }, async () => {
    await assert.rejects(workflows.waitFor(key("never"), Boolean, AbortSignal.timeout(50)), { name: "TimeoutError" });
  });

  test("a watch from a forgotten version lists anew", { timeout: 60_000 }, async () => {
    const first = await templates.create({ metadata: { name: "old", namespace: "gap" } });
    await Promise.all(
      Array.from({ length: 600 }, (_, i) => templates.create({ metadata: { name: `n${i}`, namespace: "fill" } })),
    );
    await templates.create({ metadata: { name: "new", namespace: "gap" } });
    const stop = new AbortController();
    const { resourceVersion } = first.metadata;
    const events = templates.watch({ namespace: "gap", resourceVersion, signal: stop.signal });
    const { value } = await events.next();
    assert.deepEqual(value?.type === "synced" ? value.items.map((item) => item.metadata.name) : value?.type, [
      "new",
      "old",
    ]);
    stop.abort();
  });

  test("a watch of tables is one list and one stream, and each change is its row", { timeout: 60_000 }, async () => {
    const asked: string[] = [];
    const counting: typeof fetch = async (input, init) => {
      asked.push(new URL(String(input)).search);
      return await fetch(input, init);
    };
    const client = new ResourceClient(kinds.Template, { server: api.url, token: api.token, fetch: counting });
    const stop = new AbortController();
    const rows: unknown[] = [];
    for (const name of ["t1", "t2"])
      await templates.create({ metadata: { name, labels: { set: "rows" } }, spec: { data: "" } });
    for await (const event of client.watchTable({ labelSelector: "set=rows", signal: stop.signal })) {
      if (event.type === "bookmark") continue;
      const tables = event.type === "synced" ? event.items : [event.object];
      rows.push([event.type, tables[0]?.columnDefinitions[0]?.name, ...tables.flatMap(namesIn)]);
      if (event.type === "synced") await templates.patch(key("t2"), { spec: { data: "changed" } });
      if (event.type === "modified") await templates.delete(key("t1"));
      if (event.type === "deleted") stop.abort();
    }
    assert.deepEqual(rows, [
      ["synced", "Name", "t1", "t2"],
      ["modified", "Name", "t2"],
      ["deleted", undefined, "t1"],
    ]);
    assert.deepEqual(
      asked.map((query) => query.includes("watch=true")),
      [false, true],
    );
  });

  test("a watch with a wrong token ends in an error, not in trying for ever", { timeout: 60_000 }, async () => {
    const stranger = new ResourceClient(kinds.Template, { server: api.url, token: "wrong" });
    const watching = Array.fromAsync(stranger.watch({ signal: AbortSignal.timeout(50_000) }));
    await assert.rejects(watching, (error) => error instanceof ApiError && error.code === "unauthorized");
  });

  test("a log is text as it was written", async () => {
    await workflows.create({ metadata: { name: "logged" } });
    assert.equal((await Array.fromAsync(workflows.log(key("logged")))).join(""), "grüße\n");
  });
});

describe("a followed log", { timeout: 60_000 }, () => {
  const silence = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  let beat = Promise.withResolvers<void>();
  const clock = new ManualClock(0);
  let api: ApiServer;
  let workflows: ResourceClient<typeof kinds.Workflow>;
  before(async () => {
    const actionLogs = {
      hasDeleted: () => false,
      async *read(_key: object, { follow }: { follow: boolean }) {
        yield "before\n\n";
        waiting.resolve();
        if (follow) await silence.promise;
        yield "after\n";
      },
    };
    api = await startApiServer({ actionLogs, clock });
    const noteBeat = (text: string): void => {
      if (text === "\n") beat.resolve();
    };
    const options = { server: api.url, token: api.token, fetch: overheardFetch(noteBeat) };
    workflows = new ResourceClient(kinds.Workflow, options);
    await workflows.create({ metadata: { name: "silent" } });
  });
  after(async () => {
    silence.resolve();
    await api.close();
  });

  test("gives a sign of life each minute of a silence, which is no part of it", async () => {
    const texts = workflows.log(key("silent"), { follow: true });
    assert.equal((await texts.next()).value, "before\n\n");
    const next = texts.next();
    await waiting.promise;
    // Node's fetch gives an answer up after five minutes without any.
    for (let minute = 0; minute < 6; minute += 1) {
      beat = Promise.withResolvers();
      clock.advance(60_000);
      await beat.promise;
    }
    silence.resolve();
    assert.equal((await next).value, "after\n");
    assert.equal((await texts.next()).done, true);
  });

  test("that breaks off is an error that says so", async () => {
    const lost = startApiServer({
      actionLogs: {
        hasDeleted: () => false,
        async *read() {
          yield "before\n";
          throw new Error("the disk is gone");
        },
      },
    });
    const { url: server, token, close } = await lost;
    const client = new ResourceClient(kinds.Workflow, { server, token });
    await client.create({ metadata: { name: "lost" } });
    await assert.rejects(Array.fromAsync(client.log(key("lost"), { follow: true })), {
      code: "unavailable",
      message: /^The log of workflow lost broke off: /,
    });
    await close();
  });
});
