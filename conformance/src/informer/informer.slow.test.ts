// What client-go's informer is told while our server ends and starts again: every change once, in its order, and nothing else.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import { startApiServer, testIdentity } from "@neverland/resource-api/testing/api-server.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { Served } from "../served.ts";
import { buildInformer, Informer } from "./informer-program.ts";

let folder: string;
let program: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "informer-"));
  program = await buildInformer(folder);
});

after(() => rm(folder, { recursive: true, force: true }));

const resources = ["hardware", "workflows"];
const names = Array.from({ length: 10 }, (_, at) => `m${at}`);
const objects = resources.flatMap((resource) => names.map((name) => `${resource} ${name}`));

test("over three restarts each change is told once, whether the server ended or was killed", async (t) => {
  const served = await Served.start();
  t.after(() => served.close());
  const informer = await Informer.start(program, served.kubeconfig);
  t.after(() => informer.end());
  const written = new Map<string, string[]>(objects.map((object) => [object.replace(" ", "/"), []]));
  let n = 0;
  for (const signal of ["SIGTERM", "SIGKILL", "SIGKILL"] as const) {
    for (const object of objects)
      for (let change = 0; change < 3; change++) {
        await informer.ask(`write ${object} ${++n}`);
        written.get(object.replace(" ", "/"))?.push(`${n}`);
      }
    // The last of them are still on their way.
    await served.end(signal);
    await served.again();
    await informer.reach(Object.fromEntries([...written].map(([object, all]) => [object, all.at(-1) ?? ""])));
  }
  for (const object of objects) await informer.ask(`delete ${object}`);
  await informer.reach({});
  for (const [object, all] of written) {
    const told = informer.told.filter((one) => one.object === object && one.event !== "resynced");
    const [first, ...more] = all;
    const expected = [`added ${first}`, ...more.map((change) => `updated ${change}`), `deleted ${all.at(-1)}`];
    assert.deepEqual(
      told.map(({ event, n: change }) => `${event} ${change}`),
      expected,
      object,
    );
  }
  assert.ok(
    informer.told.some(({ event }) => event === "resynced"),
    "its resync told nothing",
  );
});

test("where the history does not go back so far it lists again, and has what there is", async (t) => {
  const store = openMemoryStore(undefined, { historyBytes: 0 });
  t.after(() => store.close());
  const identity = testIdentity();
  let api = await startApiServer({ store, identity });
  t.after(() => api.close());
  const { url: server, token, authority } = api;
  const kubeconfig = await writeKubeconfig(folder, { server, token, authority });
  const informer = await Informer.start(program, kubeconfig);
  t.after(() => informer.end());
  for (const name of ["a", "b"]) await informer.ask(`write hardware ${name} 1`);
  await informer.reach({ "hardware/a": "1", "hardware/b": "1" });
  const port = Number(new URL(api.url).port);
  await api.close();
  const hardware = typedStore(store, kinds.Hardware);
  await hardware.delete({ namespace: "default", name: "a" });
  const b = await hardware.get({ namespace: "default", name: "b" });
  assert.ok(b);
  await hardware.update({ ...b, metadata: { ...b.metadata, labels: { n: "2" } } });
  await hardware.create({ metadata: { namespace: "default", name: "c", labels: { n: "1" } }, spec: {} });
  api = await startApiServer({ store, port, identity });
  await informer.reach({ "hardware/b": "2", "hardware/c": "1" });
  const told = informer.told.filter(({ event }) => event !== "resynced");
  assert.deepEqual(
    told
      .slice(2)
      .map(({ event, object, n }) => `${event} ${object} ${n}`)
      .sort(),
    ["added hardware/c 1", "deleted hardware/a 1", "updated hardware/b 2"],
  );
});
