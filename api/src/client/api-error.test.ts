import assert from "node:assert/strict";
import { test } from "node:test";
import { send } from "./transport.ts";

test("the first line of an answer in text is told, and no page is", async () => {
  const told = async (body: string): Promise<string> => {
    const fetch = async () => new Response(body, { status: 400 });
    const error = await send({ server: "http://a", token: "t", fetch }, { method: "GET", path: "/x" }).catch((e) => e);
    return error.message;
  };
  const asked = "GET http://a/x was answered with HTTP 400";
  const text = "Client sent an HTTP request to an HTTPS server.";
  assert.equal(await told(`${text}\nmore\n`), `${asked}: ${text}`);
  for (const nothing of ["", "\n", "<html>\n<body>x", "{}"]) assert.equal(await told(nothing), asked);
});
