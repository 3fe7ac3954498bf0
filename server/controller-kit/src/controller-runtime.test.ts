import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { formatKey, kinds, type Resource, type Template, type Workflow } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { openSpoiltStore } from "@neverland/store/testing/spoilt-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { Affected, Controller, FreeController } from "./controller.ts";
import { ControllerRuntime } from "./controller-runtime.ts";

const idle = { reconcile: async () => ({}) };
const plain = { kind: kinds.Template, writes: [], begin: () => idle };

const nothing = { start: async () => undefined, stop: async () => undefined };

function setUp(t: TestContext, controllers: readonly (Controller | FreeController)[]) {
  const store = openMemoryStore();
  const clock = new ManualClock(0);
  const errors: string[] = [];
  const onError = ({ error }: { error: unknown }) => void errors.push(String(error));
  const runtime = new ControllerRuntime(controllers, { store, clock, random: () => 0, onError });
  t.after(() => runtime.stop(AbortSignal.timeout(1000)));
  const start = async () => await runtime.start(AbortSignal.timeout(5000));
  return { store, clock, errors, runtime, start };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  while (!isSo()) {
    deadline.throwIfAborted();
    await new Promise(setImmediate);
  }
}

const create = (name: string) => ({ metadata: { namespace: "default", name }, spec: {} });

test("controllers stop and start again, each time with nothing remembered but what is stored", async (t) => {
  const runs: string[] = [];
  let begun = 0;
  const controller: Controller = {
    ...{ ...plain, name: "one" },
    begin: () => {
      begun += 1;
      return {
        reconcile: async ({ metadata }) => {
          runs.push(`${begun} ${metadata.name}`);
          return {};
        },
      };
    },
  };
  const { store, runtime, start } = setUp(t, [controller]);
  const templates = typedStore(store, kinds.Template);
  await templates.create(create("a"));
  await start();
  assert.equal(runtime.notReadyReason, undefined);
  await until(() => runs.length === 1);
  await runtime.stop(AbortSignal.timeout(1000));
  assert.match(runtime.notReadyReason ?? "", /have not seen/);
  await templates.create(create("b"));
  await start();
  await until(() => runs.length === 3);
  assert.deepEqual(runs, ["1 a", "2 a", "2 b"]);
  await assert.rejects(start(), { name: "KitError", code: "running" });
});

test("two controllers that want to write the same alone are refused, two that share it are not", () => {
  const status = { kind: kinds.Workflow, part: "status" } as const;
  const deps = { store: openMemoryStore(), clock: new ManualClock(0), random: () => 0, onError: () => undefined };
  const first = { ...plain, name: "one", writes: [{ ...status, mode: "exclusive" as const }] };
  const second = { ...plain, name: "two", writes: [{ ...status, mode: "shared" as const }] };
  assert.throws(() => new ControllerRuntime([first, second], deps), {
    name: "KitError",
    code: "two-writers",
    message: /^one and two both declare that they write the status of Workflow, and one wants it for itself/,
  });
  assert.ok(new ControllerRuntime([{ ...second, name: "three" }, second], deps));
});

test("an object that is deleted while it is run is no failure; that another is not there is one", async (t) => {
  const controller: Controller<Template> = {
    ...{ name: "one", kind: kinds.Template, writes: [{ kind: kinds.Template, part: "status", mode: "exclusive" }] },
    begin: (declared) => {
      const templates = typedStore(declared, kinds.Template);
      return {
        reconcile: async (template) => {
          if (template.metadata.name === "gone") await store.delete(kinds.Template, template.metadata);
          const name = template.metadata.name === "gone" ? "gone" : "another";
          await templates.updateStatus({ ...template, metadata: { ...template.metadata, name }, status: {} });
          return {};
        },
      };
    },
  };
  const { store, runtime, errors, start } = setUp(t, [controller as Controller]);
  await typedStore(store, kinds.Template).create(create("gone"));
  await start();
  await until(() => runtime.queued().get("one") === 0);
  assert.deepEqual(errors, []);
  await typedStore(store, kinds.Template).create(create("here"));
  await until(() => errors.length === 1);
  assert.match(errors[0] ?? "", /another not found/);
});

test("a finalizer has one owner", () => {
  const deps = { store: openMemoryStore(), clock: new ManualClock(0), random: () => 0, onError: () => undefined };
  const finalizer = { name: "x/hold", isNeeded: () => true };
  const free = { name: "two", writes: [], finalizers: ["x/hold"], begin: () => nothing };
  assert.throws(() => new ControllerRuntime([{ ...plain, name: "one", finalizer }, free], deps), {
    code: "two-writers",
    message: /^one and two both declare that they write the finalizer x\/hold/,
  });
});

test("who writes metadata alone is held to it, and to finalizers of its own", async (t) => {
  const free = {
    ...{ name: "keeper", finalizers: ["x/own"] },
    writes: [{ kind: kinds.Template, part: "metadata", mode: "shared" } as const],
  };
  let given: ResourceStore | undefined;
  const begin = (store: ResourceStore) => {
    given = store;
    return nothing;
  };
  const { store, start, runtime } = setUp(t, [{ ...free, begin }]);
  const made = await typedStore(store, kinds.Template).create(create("a"));
  await start();
  assert.ok(given);
  const own = given;
  const { metadata } = made;
  const writeAs = async (change: Partial<Template["metadata"]>, spec = made.spec) =>
    await own.update(kinds.Template, { ...made, spec, metadata: { ...metadata, resourceVersion: "", ...change } });
  await assert.rejects(writeAs({}, { data: "mine" }), /keeper was about to write the spec of Template/);
  await assert.rejects(writeAs({ finalizers: ["x/other"] }), /keeper was about to write the finalizer x\/other/);
  assert.deepEqual((await writeAs({ finalizers: ["x/own"] })).metadata.finalizers, ["x/own"]);
  // Of another version: that the store refuses it says more than what the difference would.
  await assert.rejects(writeAs({ resourceVersion: metadata.resourceVersion }), { code: "conflict" });
  await runtime.stop(AbortSignal.timeout(1000));
  await assert.rejects(writeAs({ finalizers: [] }), /after it was stopped; nothing was written/);
});

test("a run that a stop left to itself writes nothing any more", async (t) => {
  const goOn = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const begun = Promise.withResolvers<void>();
  const controller: Controller<Template> = {
    ...{ name: "stuck", kind: kinds.Template },
    writes: [{ kind: kinds.Template, part: "status", mode: "exclusive" }],
    begin: (store) => ({
      reconcile: async (template) => {
        begun.resolve();
        await goOn.promise;
        await store.updateStatus(kinds.Template, { ...template, status: { state: "Ready" } }).catch(ended.resolve);
        return {};
      },
    }),
  };
  const { store, errors, runtime, start } = setUp(t, [controller]);
  await typedStore(store, kinds.Template).create(create("a"));
  await start();
  await begun.promise;
  await runtime.stop(AbortSignal.abort());
  assert.match(errors.join(), /default\/a was still worked on when the time to stop was over/);
  goOn.resolve();
  assert.match(String(await ended.promise), /stuck was about to write the status of Template after it was stopped/);
  assert.equal((await store.get(kinds.Template, { namespace: "default", name: "a" }))?.status, undefined);
});

test("what no schema accepts is not run, and what was lent for it is kept until it is mended", async (t) => {
  const fill = async (store: ResourceStore) => {
    const metadata = { namespace: "default", name: "odd", finalizers: ["x/hold"] };
    await typedStore(store, kinds.Template).create({ metadata, spec: {} });
    await typedStore(store, kinds.Template).create({ ...create("good"), metadata: { ...metadata, name: "good" } });
  };
  const spoil = "UPDATE objects SET object = json_set(object, '$.spec.data', 5) WHERE name = 'odd'";
  let runtime: ControllerRuntime | undefined;
  // Before the store is closed.
  t.after(() => runtime?.stop(AbortSignal.timeout(1000)));
  const store = await openSpoiltStore(t, fill, spoil);
  const clock = new ManualClock(0);
  const runs: string[] = [];
  const run = (what: string) => async (object: Resource) => {
    runs.push(`${what} ${object.metadata.name}`);
    return {};
  };
  const controller: Controller = {
    ...{ ...plain, name: "one", limits: { resyncMs: 1000 }, finalizer: { name: "x/hold", isNeeded: () => true } },
    begin: () => ({ reconcile: run("reconcile"), finalize: run("finalize") }),
  };
  const onError = ({ error }: { error: unknown }) => assert.fail(String(error));
  runtime = new ControllerRuntime([controller], { store, clock, random: () => 0, onError });
  const isIdle = () => runtime?.queued().get("one") === 0;
  await runtime.start(AbortSignal.timeout(5000));
  await until(() => runs.length === 1);
  clock.advance(1000);
  await until(() => runs.length === 2 && isIdle());
  await store.delete(kinds.Template, { namespace: "default", name: "odd" });
  clock.advance(1000);
  await until(() => runs.length === 3 && isIdle());
  assert.deepEqual(runs, ["reconcile good", "reconcile good", "reconcile good"]);
  const odd = await store.get(kinds.Template, { namespace: "default", name: "odd" });
  assert.ok(odd);
  await store.update(kinds.Template, { ...odd, spec: { data: "" } });
  await until(() => runs.length === 4);
  assert.equal(runs[3], "finalize odd");
});

test("a write or read that was not declared is refused with a sentence, and writes nothing", async (t) => {
  const refusals: string[] = [];
  const controller: Controller<Template> = {
    ...{ ...plain, name: "meddler", writes: [{ kind: kinds.Template, part: "status", mode: "exclusive" }] },
    begin: (store) => ({
      reconcile: async (template) => {
        const attempts: (() => Promise<unknown>)[] = [
          () => store.update(kinds.Template, { ...template, spec: { data: "mine" } }),
          () => store.delete(kinds.Template, template.metadata),
          () => store.create(kinds.Hardware, { ...template, apiVersion: "", kind: "" }),
          () => store.get(kinds.Hardware, template.metadata),
          () => store.close(),
        ];
        for (const attempt of attempts) await attempt().catch((error: Error) => refusals.push(error.message));
        return {};
      },
    }),
  };
  const { store, start } = setUp(t, [controller]);
  await typedStore(store, kinds.Template).create(create("a"));
  await start();
  await until(() => refusals.length === 5);
  assert.match(
    refusals[0] ?? "",
    /^meddler was about to write the spec of Template, which it does not declare; nothing/,
  );
  assert.match(refusals[1] ?? "", /the whole of Template/);
  assert.match(refusals[2] ?? "", /the whole of Hardware/);
  assert.match(refusals[3] ?? "", /^meddler read Hardware, which it does not declare/);
  assert.deepEqual((await store.get(kinds.Template, { namespace: "default", name: "a" }))?.spec, {});
});

function follower(
  by: string,
  runs: string[],
  pick?: (found: readonly Workflow[]) => readonly Workflow[],
): Controller<Workflow> {
  const affects = ({ metadata }: Resource): Affected[] => [{ by, values: [metadata.name] }];
  return {
    ...{ name: "follower", kind: kinds.Workflow, writes: [] },
    watches: [{ kind: kinds.Template, affects, ...(pick === undefined ? {} : { pick }) }],
    begin: () => ({
      reconcile: async ({ metadata }) => {
        runs.push(formatKey(metadata));
        return {};
      },
    }),
  };
}

test("a change of another object runs those that an index finds, of these those that are picked, and no others", async (t) => {
  const runs: string[] = [];
  const pick = (found: readonly Workflow[]) => found.filter(({ metadata }) => metadata.name !== "c");
  const { store, start } = setUp(t, [follower("spec.templateRef", runs, pick)]);
  const workflows = typedStore(store, kinds.Workflow);
  for (const [name, templateRef] of [
    ["a", "x"],
    ["b", "y"],
    ["c", "x"],
  ] as const)
    await workflows.create({ ...create(name), spec: { templateRef } });
  await start();
  await until(() => runs.length === 3);
  await typedStore(store, kinds.Template).create(create("x"));
  await until(() => runs.length === 4);
  assert.equal(runs[3], "default/a");
});

test("a look-up by a field that is no index is refused, since it would read all there are", async (t) => {
  const { store, errors, start } = setUp(t, [follower("status.templateRendering", [])]);
  await start();
  await typedStore(store, kinds.Template).create(create("x"));
  await until(() => errors.length > 0);
  assert.match(errors[0] ?? "", /status.templateRendering is no index of Workflow/);
});

test("everything is looked at again in good time, in pages", async (t) => {
  let runs = 0;
  const reconcile = async () => {
    runs += 1;
    return {};
  };
  const { store, clock, start } = setUp(t, [
    { ...plain, name: "one", limits: { resyncMs: 1000 }, begin: () => ({ reconcile }) },
  ]);
  for (let at = 0; at < 600; at += 1)
    await store.create(kinds.Template, { ...create(`t-${at}`), apiVersion: "", kind: "" });
  await start();
  await until(() => runs === 600);
  clock.advance(1000);
  await until(() => runs === 1200);
});

test("of objects of one group only so many are run at once", async (t) => {
  const open = new Map<string, () => void>();
  const controller: Controller = {
    ...{ ...plain, name: "one", limits: { concurrency: 4, concurrencyPerGroup: 1 } },
    groupOf: ({ metadata }) => metadata.labels?.host ?? "",
    begin: () => ({
      reconcile: async ({ metadata }) => {
        await new Promise<void>((resolve) => open.set(metadata.name, resolve));
        open.delete(metadata.name);
        return {};
      },
    }),
  };
  const { store, start } = setUp(t, [controller]);
  for (const [name, host] of [
    ["a1", "a"],
    ["a2", "a"],
    ["b1", "b"],
    ["b2", "b"],
  ] as const)
    await typedStore(store, kinds.Template).create({
      metadata: { namespace: "default", name, labels: { host } },
      spec: {},
    });
  await start();
  await until(() => open.size === 2);
  assert.deepEqual([...open.keys()], ["a1", "b1"]);
  open.get("a1")?.();
  await until(() => open.has("a2"));
  assert.deepEqual([...open.keys()], ["b1", "a2"]);
  for (let left = 3; left > 0; left -= 1) {
    await until(() => open.size > 0);
    [...open.values()][0]?.();
    await new Promise(setImmediate);
  }
});

test("objects that belong to no namespace are run as others are", async (t) => {
  const runs: string[] = [];
  const reconcile = async ({ metadata }: Resource) => {
    runs.push(formatKey(metadata));
    return {};
  };
  const kind = { ...kinds.Template, scope: "cluster" } as const;
  const { store, start } = setUp(t, [{ ...plain, kind, name: "one", begin: () => ({ reconcile }) }]);
  await store.create(kind, { apiVersion: "", kind: "", metadata: { namespace: "", name: "a" }, spec: {} });
  await start();
  await until(() => runs.length === 1);
  assert.deepEqual(runs, ["a"]);
});

test("a settled object is not run for the controller's own write, but for news and at its time", async (t) => {
  let runs = 0;
  let wakeAtMs = 1000;
  const controller: Controller<Workflow> = {
    ...{ name: "one", kind: kinds.Workflow },
    writes: [{ kind: kinds.Workflow, part: "status", mode: "exclusive" }],
    watches: [{ kind: kinds.Template, affects: () => [{ key: "default/a" }] }],
    begin: (store) => ({
      reconcile: async (workflow) => {
        runs += 1;
        const status = { ...workflow.status, templateRendering: `run ${runs}` };
        const { metadata } = await store.updateStatus(kinds.Workflow, { ...workflow, status } as Resource);
        return { wakeAtMs, settledVersion: metadata.resourceVersion };
      },
    }),
  };
  const { store, clock, runtime, start } = setUp(t, [controller]);
  const isIdle = () => runtime.queued().get("one") === 0;
  await typedStore(store, kinds.Workflow).create(create("a"));
  await start();
  await until(() => runs === 1 && isIdle());
  await typedStore(store, kinds.Template).create(create("x"));
  await until(() => runs === 2 && isIdle());
  wakeAtMs = 2000;
  clock.advance(1000);
  await until(() => runs === 3 && isIdle());
});
