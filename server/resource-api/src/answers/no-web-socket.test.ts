// A watch or a log is asked for as a WebSocket, which fabric8's Java client does before it asks for a plain one.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ApiServer, startApiServer, templatesPath } from "../testing/api-server.ts";

const logPath = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows/w/log?follow=true";
let api: ApiServer;
before(async () => {
  const store = openMemoryStore();
  await store.create(kinds.Workflow, {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Workflow",
    metadata: { namespace: "default", name: "w" },
    spec: {},
  });
  const actionLogs = {
    hasDeleted: () => false,
    async *read() {
      yield "one line, and more some day\n";
      await new Promise(() => {});
    },
  };
  api = await startApiServer({ store, actionLogs });
});
after(() => api.close());

/** What a connection is answered until `isWhole`; the connection goes on. */
async function ask(path: string, upgrade: string, isWhole: (text: string) => boolean): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1")
    .setEncoding("latin1")
    .setTimeout(10_000);
  socket.once("timeout", () => socket.destroy(new Error(`nothing more after: ${text}`)));
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: neverland",
    `Authorization: Bearer ${api.token}`,
    "Connection: Upgrade",
    `Upgrade: ${upgrade}`,
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  const request = `${lines.join("\r\n")}\r\n\r\n`;
  let text = "";
  socket.write(request);
  for await (const part of socket) {
    text += part;
    if (isWhole(text)) break;
  }
  return text;
}

for (const [what, path] of [
  ["watch", `${templatesPath}?watch=true`],
  ["log that is followed", logPath],
] as const)
  test(`a ${what} is answered at once, whole and empty, so that the client asks once more without`, async () => {
    const text = await ask(path, "websocket", (so) => so.includes("\r\n\r\n"));
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /\r\ncontent-length: 0\r\n/);
    assert.match(text, /\r\nwarning: 299 - "no WebSocket is served here/);
    assert.match(text, /\r\n\r\n$/);
  });

test("another protocol that is offered is passed over: Java's own client offers HTTP/2 with every request", async () => {
  const text = await ask(logPath, "h2c", (so) => so.includes("some day"));
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\ntransfer-encoding: chunked\r\n/i);
});
