// What callers hear of requests that no route sees, byte by byte as they come.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
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
  const open = () =>
    connect({ port: Number(new URL(listener.url ?? "").port), host: "127.0.0.1", allowHalfOpen: true });
  const ask = async (request: string) => {
    const socket = open();
    socket.on("end", () => socket.end()).write(request, "latin1");
    const [head = "", body] = (await text(socket)).split("\r\n\r\n");
    return [Number(head.split(" ")[1]), body];
  };
  return { ask, told, open };
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
  ["what is meant for a proxy", "CONNECT h:443 HTTP/1.1\r\nhost: h:443\r\n\r\n", 501, /^CONNECT is for proxies/],
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

const get = `GET /x HTTP/1.1\r\nhost: x\r\n${close}`;

for (const [what, request] of [
  ["whose path cannot be decoded", "GET /x%zz HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["with a body, whose path cannot be decoded", "POST /%zz HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody"],
  ["with an expectation that nobody has", "GET /x HTTP/1.1\r\nhost: x\r\nexpect: foo\r\n\r\n"],
] as const)
  test(`what comes together with a request ${what} is answered after it`, async (t) => {
    const { open } = await setUp(t);
    const socket = open();
    socket.on("end", () => socket.end()).write(`${request}${request}${get}`);
    const statuses = (await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g).map(([, status]) => status);
    const refused = what.includes("path") ? "400" : "417";
    assert.deepEqual([...statuses], [refused, refused, "200"]);
  });

for (const [what, more] of [
  ["what is no HTTP", "no HTTP\r\n\r\n"],
  ["what is meant for a proxy", "CONNECT h:443 HTTP/1.1\r\nhost: h:443\r\n\r\n"],
] as const)
  test(`${what}, in the midst of an answer, ends that, and no word of it comes as a part of the answer`, async (t) => {
    const { open, told } = await setUp(t, {
      register: async (app) => {
        app.get("/watch", (_request, reply) => {
          const events = new Readable({ read: () => undefined });
          events.push("begun");
          reply.send(events);
        });
      },
    });
    const socket = open();
    let heard = "";
    socket.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (heard.endsWith("begun\r\n")) socket.write(more);
    });
    socket.on("error", () => undefined).write("GET /watch HTTP/1.1\r\nhost: x\r\n\r\n");
    await new Promise((resolve) => socket.on("end", resolve).on("close", resolve));
    assert.match(heard, /\r\n\r\n5\r\nbegun\r\n$/);
    assert.equal(told.length, 1);
  });

test("who was refused and keeps its end open is let go", { timeout: 10_000 }, async (t) => {
  const { open } = await setUp(t, { isLenient: true });
  const socket = open();
  t.after(() => socket.destroy());
  const broken = once(socket, "error");
  // The kernel says so of a later one.
  const more = (): void => void (socket.destroyed || socket.write("more", () => setImmediate(more)));
  socket.on("end", more).resume().write("no HTTP\r\n\r\n");
  assert.match(String(await broken), /ECONNRESET|EPIPE/);
});
