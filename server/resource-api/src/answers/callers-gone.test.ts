// Callers that hang up before their answer begins, and answers that break off: nothing is kept or done for nobody, and faults of ours are told.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import type { ActionLogs } from "@neverland/component-kit/lent-ports.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "../testing/api-server.ts";

const promptly = { timeout: 10_000 };
const workflowLog = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows/w/log?follow=true";

/** A store of which some methods do something else, but for the tokens that the API reads for itself. */
function storeWith(change: (store: ResourceStore) => Partial<ResourceStore>): ResourceStore {
  const store = openMemoryStore();
  const changed = change(store);
  return new Proxy(store, {
    get(_target, name) {
      const own: unknown = Reflect.get(store, name);
      const other: unknown = Reflect.get(changed, name);
      if (typeof own !== "function") return own;
      return (...args: unknown[]) => {
        const method = typeof other === "function" && args[0] !== kinds.AccessToken ? other : own;
        return Reflect.apply(method, store, args);
      };
    },
  });
}

async function start(t: TestContext, deps: Parameters<typeof startApiServer>[0]): Promise<ApiServer> {
  const api = await startApiServer(deps);
  t.after(() => api.close());
  return api;
}

/** Asks on a connection of its own. */
async function ask(api: ApiServer, method: string, path: string) {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname).on("error", () => undefined);
  await once(socket, "connect");
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token}\r\n\r\n`);
  return socket;
}

/** Resolves once the server knows that all its callers have hung up. */
async function hangUp(api: ApiServer, socket: Awaited<ReturnType<typeof ask>>): Promise<void> {
  socket.destroy();
  while (api.connections() > 0) await setImmediate();
}

/** Opened by hand, and whoever comes is seen. */
function gate() {
  const came = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = async (): Promise<void> => {
    came.resolve();
    await opened.promise;
  };
  return { came: came.promise, open: opened.resolve, pass };
}

test("a watch whose caller hangs up while its first list is made keeps no slot", promptly, async (t) => {
  const listing = gate();
  const store = storeWith(({ list }) => ({
    async list(kind, options) {
      await listing.pass();
      return await list.call(this, kind, options);
    },
  }));
  const api = await start(t, { store, limits: { watches: 1 } });
  const socket = await ask(api, "GET", `${templatesPath}?watch=true`);
  await listing.came;
  await hangUp(api, socket);
  listing.open();
  const { status } = await api.request("GET", `${templatesPath}?watch=true&timeoutSeconds=1`);
  assert.equal(status, 200);
});

test("a watch whose caller hangs up while it goes on gives its slot back", promptly, async (t) => {
  const api = await start(t, { limits: { watches: 1 } });
  const socket = await ask(api, "GET", `${templatesPath}?watch=true&resourceVersion=0`);
  await once(socket, "data");
  await hangUp(api, socket);
  const { status } = await api.request("GET", `${templatesPath}?watch=true&timeoutSeconds=1`);
  assert.equal(status, 200);
});

test("a log whose caller hangs up before it begins is not followed", promptly, async (t) => {
  const looking = gate();
  let open = 0;
  const store = storeWith(({ get }) => ({
    async get(kind, key) {
      if (kind === kinds.Workflow) await looking.pass();
      return await get.call(this, kind, key);
    },
  }));
  const actionLogs: ActionLogs = {
    hasDeleted: () => false,
    async *read(_workflow, { signal }) {
      open += 1;
      if (!signal.aborted) await once(signal, "abort");
      open -= 1;
      yield "nobody reads this\n";
    },
  };
  const api = await start(t, { store, actionLogs, limits: { watches: 1 } });
  const workflow = { apiVersion: apiVersionOf(kinds.Workflow), kind: "Workflow", spec: {} };
  await store.create(kinds.Workflow, { ...workflow, metadata: { name: "w", namespace: "default" } });
  const socket = await ask(api, "GET", workflowLog);
  await looking.came;
  await hangUp(api, socket);
  looking.open();
  const { status } = await api.request("GET", `${templatesPath}?watch=true&timeoutSeconds=1`);
  assert.deepEqual([status, open], [200, 0]);
});

test("a collection is deleted only for as long as its caller is there", promptly, async (t) => {
  const deleting = gate();
  let most = 0;
  const store = storeWith((memory) => ({
    async delete(...args) {
      most += 1;
      await deleting.pass();
      return await memory.delete(...args);
    },
  }));
  const api = await start(t, { store });
  await Promise.all(Array.from({ length: 1000 }, (_, n) => make(store, `t${n}`)));
  const socket = await ask(api, "DELETE", templatesPath);
  await deleting.came;
  while (most < 512) await setImmediate(); // as many as share a flush of the disk
  await hangUp(api, socket);
  deleting.open();
  const left = async () => (await store.list(kinds.Template)).items.length;
  while ((await left()) === 1000) await setImmediate();
  for (let n = 0; n < 100; n += 1) await setImmediate();
  assert.deepEqual([await left(), most], [1000 - 512, 512]);
});

async function make(store: ResourceStore, name: string): Promise<Resource> {
  return await store.create(kinds.Template, templateNamed(name, "x".repeat(500), { namespace: "default" }) as Resource);
}

/** An object that cannot be shown. */
function broken(): Resource {
  return new Proxy({} as Resource, {
    get() {
      throw new Error("it is broken");
    },
  });
}

test("of a list that breaks off in the middle the log says why", promptly, async (t) => {
  const told: unknown[] = [];
  const store = storeWith((memory) => ({
    async list(...args) {
      const list = await memory.list(...args);
      return { ...list, items: [...list.items, broken()] };
    },
  }));
  await Promise.all(Array.from({ length: 500 }, (_, n) => make(store, `t${n}`)));
  const api = await start(t, { store, onInternalError: (error) => told.push(error) });
  const list = fetch(`${api.url}${templatesPath}`, { headers: { authorization: `Bearer ${api.token}` } });
  await assert.rejects(list.then((response) => response.text()));
  assert.match(causes(told[0]), /it is broken/);
  assert.equal(told.length, 1);
});

test("of a watch that ends by a fault of ours the log says why, beside its last line", promptly, async (t) => {
  const told: unknown[] = [];
  const store = storeWith((memory) => ({
    async list(...args) {
      return { ...(await memory.list(...args)), items: [broken()] };
    },
  }));
  const api = await start(t, { store, onInternalError: (error) => told.push(error) });
  const { body } = await api.request("GET", `${templatesPath}?watch=true`);
  assert.equal(body.object.code, 500);
  assert.match(causes(told[0]), /it is broken/);
});

test("of a log that fails in the middle the server's log says why", promptly, async (t) => {
  const told: unknown[] = [];
  const actionLogs: ActionLogs = {
    hasDeleted: () => false,
    async *read() {
      yield "one line\n";
      throw new Error("it is broken");
    },
  };
  const api = await start(t, { actionLogs, onInternalError: (error) => told.push(error) });
  const workflow = { apiVersion: apiVersionOf(kinds.Workflow), kind: "Workflow", spec: {} };
  await api.store.create(kinds.Workflow, { ...workflow, metadata: { name: "w", namespace: "default" } });
  const log = fetch(`${api.url}${workflowLog}`, { headers: { authorization: `Bearer ${api.token}` } });
  await assert.rejects(log.then((response) => response.text()));
  assert.match(causes(told[0]), /it is broken/);
});

function causes(error: unknown): string {
  return error instanceof Error ? `${error.message} < ${causes(error.cause)}` : "";
}
