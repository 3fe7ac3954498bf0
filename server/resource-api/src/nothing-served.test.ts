// What is answered where nothing is served, and the health of the server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";

describe("the management plane", () => {
  let api: ApiServer;
  let reason: string | undefined;
  before(async () => {
    api = await startApiServer({ notReadyReason: () => reason });
  });
  after(() => api.close());

  const nothing = ["/foo", "/api/v2", "/metrics", "/healthz/etcd", "/swagger.json", "/apis/a/b/c/d", "/api//v1"];

  test("refuses what it does not serve with a Status", async () => {
    for (const path of nothing) {
      const { status, body } = await api.request("GET", path);
      assert.deepEqual([body.kind, body.code, body.status], ["Status", status, "Failure"], path);
      assert.equal(status, 404, path);
      assert.ok(!JSON.stringify(body).includes("Route "), path);
    }
    for (const [method, path] of [
      ["OPTIONS", "/api"],
      ["POST", "/apis"],
      ["DELETE", "/version"],
      ["OPTIONS", "/foo"],
    ] as const) {
      const { status, body } = await api.request(method, path);
      assert.deepEqual([status, body.reason], [405, "MethodNotAllowed"], `${method} ${path}`);
    }
    const { status, body } = await api.request("POST", "/foo", { body: { any: 1 } });
    assert.deepEqual([status, body.message], [404, "the server could not find the requested resource (/foo)"]);
  });

  test("says nothing of what there is to who has no token", async () => {
    const headers = { authorization: "" };
    for (const path of ["/", ...nothing])
      assert.equal((await api.request("GET", path, { headers })).body.reason, "Unauthorized", path);
    assert.equal((await api.request("OPTIONS", "/api", { headers })).status, 401);
  });

  test("names its paths at its root", async () => {
    const { paths } = (await api.request("GET", "/")).body;
    assert.ok(paths.includes("/apis") && paths.includes("/version"));
  });

  test("tells its health as a whole, check by check, and one check alone", async () => {
    const ask = async (path: string) => {
      const { status, body } = await api.request("GET", path);
      return [status, body];
    };
    assert.deepEqual(await ask("/readyz?verbose"), [200, "[+]ping ok\n[+]serving ok\nreadyz check passed\n"]);
    assert.deepEqual(await ask("/livez?verbose=true"), [200, "[+]ping ok\nlivez check passed\n"]);
    assert.deepEqual(await ask("/healthz/ping"), [200, "ok"]);
    reason = "the disk is full";
    assert.deepEqual(await ask("/readyz"), [503, "the disk is full"]);
    const verbose = "[+]ping ok\n[-]serving failed: the disk is full\nreadyz check failed\n";
    assert.deepEqual(await ask("/readyz?verbose"), [503, verbose]);
    assert.deepEqual(await ask("/readyz/serving"), [503, "the disk is full"]);
    assert.deepEqual(await ask("/readyz?exclude=serving"), [200, "ok"]);
    assert.deepEqual(await ask("/livez"), [200, "ok"]);
  });
});
