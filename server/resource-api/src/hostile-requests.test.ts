import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { WritePath } from "@neverland/resources/write-path.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import fc from "fast-check";
import fastify from "fastify";
import { registerResourceApi } from "./register.ts";
import { templateNamed, templatesPath } from "./testing/api-server.ts";

const paths = fc.oneof(
  fc.constantFrom(
    templatesPath,
    `${templatesPath}/a`,
    `${templatesPath}/a/status`,
    `${templatesPath}/a/log`,
    "/apis",
    "/api/v1/namespaces",
  ),
  fc.webPath().map((path) => `/apis/tinkerbell.org/v1alpha1${path}`),
);
const bodies = fc.oneof(
  fc.json(),
  fc.string(),
  fc.jsonValue().map((spec) => JSON.stringify({ ...templateNamed("a"), spec })),
  fc.jsonValue().map((metadata) => JSON.stringify({ ...templateNamed("a"), metadata })),
  fc.jsonValue().map((value) => JSON.stringify([{ op: "replace", path: "/metadata", value }])),
);
const types = fc.constantFrom(
  "application/json",
  "application/yaml",
  "application/merge-patch+json",
  "application/json-patch+json",
  "application/apply-patch+yaml",
);
const queries = fc.webQueryParameters();
const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE");

test("whatever is asked, the answer is no fault of ours", { timeout: 300_000 }, async () => {
  const store = openMemoryStore();
  const faults: unknown[] = [];
  const app = fastify();
  await registerResourceApi(app, {
    store,
    writes: new WritePath({ store, clock: systemClock }),
    clock: systemClock,
    access: { holderOf: (token) => (token === "t" ? { username: "t", groups: [] } : undefined), onEnd: () => () => {} },
    version: "0",
    onInternalError: (error) => faults.push(error),
  });
  const request = fc.record({ method: methods, path: paths, query: queries, body: bodies, type: types });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body, type }) => {
      const options = {
        method: method as "GET", // inject's own type has no name to import
        url: `${path}?fieldManager=f&force=true&${query}`,
        headers: { authorization: "Bearer t", "content-type": type },
        ...(method !== "GET" && { payload: body }),
      };
      const response = await app.inject(options);
      assert.ok(response.statusCode < 500 || response.statusCode === 503, `${response.statusCode} ${response.body}`);
    }),
    { numRuns: 1500 },
  );
  assert.deepEqual(faults, []);
  await app.close();
  await store.close();
});
