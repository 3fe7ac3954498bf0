// What is told of connections that real servers refused.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { connectionFault } from "./connection-fault.ts";
import { HttpClient } from "./http-get.ts";

test("a registry of plain HTTP that is asked by HTTPS is to be named as one", async (t) => {
  const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new HttpClient();
  t.after(() => client.close());
  await assert.rejects(client.get(new URL(`https://${host}/v2/`), {}, t.signal), {
    code: "unreachable",
    message: `GET https://${host}/v2/ broke off: it does not speak TLS there; a registry of plain HTTP has to be named as one, by insecure_registries=${host} on Hook's kernel command line.`,
  });
});

for (const [code, says] of [
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /^its certificate is by no authority that is trusted here \(DEPTH_ZERO/],
  ["CERT_HAS_EXPIRED", /^its certificate has expired, or the clock here is wrong/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /^its certificate is for another name/],
  ["ENOTFOUND", /^there is no such host; check the image's name/],
  ["ECONNREFUSED", /^ECONNREFUSED: in one line$/],
] as const)
  test(`${code} is said in words, and in one line`, () => {
    assert.match(connectionFault(Object.assign(new Error("in one\n  line\n"), { code }), "registry.test"), says);
  });
