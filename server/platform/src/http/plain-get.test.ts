// What is read without a parser is what Node's HTTP server would have read; all else is left to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePlainGet } from "./plain-get.ts";

const parse = (lines: readonly string[]) => parsePlainGet(Buffer.from([...lines, "", ""].join("\r\n"), "latin1"));

test("curl's, wget's and iPXE's requests are read", () => {
  const curl = [
    "GET /files/a.img HTTP/1.1",
    "Host: 10.0.0.1:7080",
    "Range: bytes=0-9",
    "User-Agent: curl/8",
    "Accept: */*",
  ];
  const wget = [
    "GET /hook/a HTTP/1.1",
    "Host: h",
    "User-Agent: Wget",
    "Accept-Encoding: identity",
    "Connection: Keep-Alive",
  ];
  const ipxe = ["GET /hook/vmlinuz-x86_64 HTTP/1.1", "connection: keep-alive", "range: bytes=5-", "host: [fe80::1]"];
  assert.deepEqual([curl, wget, ipxe].map(parse), [
    { path: "/files/a.img", range: "bytes=0-9" },
    { path: "/hook/a", range: undefined },
    { path: "/hook/vmlinuz-x86_64", range: "bytes=5-" },
  ]);
});

const line = "GET /files/a HTTP/1.1";
for (const [what, lines] of [
  ["another method", ["HEAD /files/a HTTP/1.1", "host: h"]],
  ["a method in lower case", ["get /files/a HTTP/1.1", "host: h"]],
  ["another version", ["GET /files/a HTTP/1.0", "host: h"]],
  ["a query", ["GET /files/a?b HTTP/1.1", "host: h"]],
  ["what is encoded", ["GET /files/%2e HTTP/1.1", "host: h"]],
  ["a whole URL", ["GET http://h/files/a HTTP/1.1", "host: h"]],
  ["no host", [line, "accept: */*"]],
  ["two hosts", [line, "host: h", "host: i"]],
  ["two ranges", [line, "host: h", "range: bytes=0-1", "range: bytes=2-3"]],
  ["a list of ranges", [line, "host: h", "range: bytes=0-1,3-4"]],
  ["a condition", [line, "host: h", 'if-none-match: "x"']],
  ["a body", [line, "host: h", "content-length: 3"]],
  ["a body in pieces", [line, "host: h", "transfer-encoding: chunked"]],
  ["the connection's end", [line, "host: h", "connection: close"]],
  ["a folded line", [line, "host: h", "accept: a", " b"]],
  ["a space before the colon", [line, "host : h"]],
  ["a bare line feed", [line, "host: h", "accept: a\nrange: bytes=0-1"]],
  ["a bare carriage return", [line, "host: h", "accept: a\rb"]],
  ["bytes beyond ASCII", [line, "host: h", "user-agent: \xe9"]],
  ["a second request behind it", [line, "host: h", "", line, "host: h"]],
  ["more than a page of headers", [line, "host: h", `accept: ${"a".repeat(3000)}`]],
] as const)
  test(`${what} is left to the HTTP server`, () => assert.equal(parse(lines), undefined));

test("half a request is left to the HTTP server", () => {
  assert.equal(parsePlainGet(Buffer.from(`${line}\r\nhost: h\r\n`)), undefined);
});
