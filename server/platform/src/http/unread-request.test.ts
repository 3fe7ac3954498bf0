// What callers hear of requests that no route sees, byte by byte as they come.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { HttpListener, type HttpListenerOptions } from "./http-listener.ts";

async function setUp(t: TestContext, more: Partial<HttpListenerOptions> = {}) {
  const told: string[] = [];
  const listener = new HttpListener({
    ...{ host: "127.0.0.1", port: 0, purpose: "tests", requestTimeoutMs: 60_000, bodyLimitBytes: 1000 },
    connections: { limits: { most: 20, mostPerAddress: 20 }, isShared: () => false, onCrowded: () => undefined },
    onUnread: ({ status }, address) => void told.push(`${status} ${address}`),
    register: async (app) => void app.get("/x", async () => "answered"),
    ...more,
  });
  await listener.start(AbortSignal.timeout(5000));
  t.after(() => listener.stop(AbortSignal.timeout(5000)));
  const ask = async (request: string) => {
    const { hostname, port } = new URL(listener.url ?? "");
    const socket = connect(Number(port), hostname, () => socket.write(request, "latin1"));
    const [head = "", body] = (await text(socket)).split("\r\n\r\n");
    return [Number(head.split(" ")[1]), body];
  };
  return { ask, told };
}

const close = "connection: close\r\n\r\n";

for (const [what, request, status, body] of [
  [
    "a byte that firmware read beyond its URL",
    `GET /x\xff HTTP/1.1\r\nhost: x\r\n${close}`,
    400,
    /^this is no HTTP request that can be read: .*url/,
  ],
  ["what is no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, /^this is no HTTP request/],
  ["headers without an end", `GET /x HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(40_000)}`, 431, /16 KiB/],
  ["a path that cannot be decoded", `GET /x%ff HTTP/1.1\r\nhost: x\r\n${close}`, 400, /^the path is not well encoded/],
  ["an expectation that nobody has", `GET /x HTTP/1.1\r\nhost: x\r\nexpect: more\r\n${close}`, 417, /100-continue/],
] as const)
  test(`${what} is refused in a sentence, and told of`, async (t) => {
    const { ask, told } = await setUp(t);
    const [got, sentence] = await ask(request);
    assert.equal(got, status);
    assert.match(String(sentence), body);
    assert.deepEqual(told, [`${status} 127.0.0.1`]);
  });

test("the words are those of whoever listens", async (t) => {
  const refusalText = ({ status }: { status: number }) => ({ type: "application/json", text: `{"code":${status}}` });
  const { ask } = await setUp(t, { refusalText });
  assert.deepEqual(await ask("no HTTP\r\n\r\n"), [400, '{"code":400}']);
});

test("a client that names no host is served where lenience is meant", async (t) => {
  const { ask } = await setUp(t, { isLenient: true });
  assert.deepEqual(await ask(`GET /x HTTP/1.1\r\n${close}`), [200, "answered"]);
});
