// Redirects, proxies and silence, over real sockets.

import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { HttpClient } from "./http-get.ts";

async function serve(t: TestContext, answer: RequestListener): Promise<URL> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`); // a TCP server's address is never a path
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

test("credentials stay behind when a redirect leads to another origin", async (t) => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.end("blob");
  });
  const registry = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(307, { location: request.url === "/far" ? new URL("/x", elsewhere).href : "/far" }).end();
  });
  const response = await new HttpClient().get(new URL("/near", registry), { authorization: "Bearer x" }, t.signal);
  assert.equal(await text(response.body), "blob");
  assert.deepEqual(seen, ["Bearer x", "Bearer x", undefined]);
});

test("a circle of redirects ends", async (t) => {
  const url = await serve(t, (_request, response) => void response.writeHead(302, { location: "/" }).end());
  await assert.rejects(new HttpClient().get(url, {}, t.signal), { code: "refused", message: /more than 5 times/ });
});

test("a redirect to a file is refused", async (t) => {
  const url = await serve(
    t,
    (_request, response) => void response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  );
  await assert.rejects(new HttpClient().get(url, {}, t.signal), { code: "refused" });
});

test("a server that says nothing is given up", async (t) => {
  const url = await serve(t, () => {});
  await assert.rejects(new HttpClient({ idleTimeoutMs: 50 }).get(url, {}, t.signal), {
    code: "unreachable",
    message: /no byte for 50 ms/,
  });
});

test("a body that stops flowing is given up", async (t) => {
  const url = await serve(
    t,
    (_request, response) => void response.writeHead(200, { "content-length": 10 }).write("half"),
  );
  const { body } = await new HttpClient({ idleTimeoutMs: 50 }).get(url, {}, t.signal);
  await assert.rejects(text(body), { code: "unreachable" });
});

test("a proxy is used where the environment names one, and not for what it excludes", async (t) => {
  const asked: (string | undefined)[] = [];
  const proxy = await serve(t, (request, response) => {
    asked.push(request.url);
    response.end("by proxy");
  });
  const direct = await serve(t, (_request, response) => void response.end("direct"));
  const client = new HttpClient({ proxyEnv: { HTTP_PROXY: proxy.href, NO_PROXY: direct.hostname } });
  assert.equal(await text((await client.get(new URL("http://registry.test/v2/"), {}, t.signal)).body), "by proxy");
  assert.equal(await text((await client.get(direct, {}, t.signal)).body), "direct");
  assert.deepEqual(asked, ["http://registry.test/v2/"]);
});
