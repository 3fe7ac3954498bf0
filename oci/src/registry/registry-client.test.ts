// Pulls from a registry in this process, over real HTTP, with its refusals and broken transfers.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { mediaTypes } from "../manifest.ts";
import type { OciError } from "../oci-error.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import { HttpClient, type HttpGet } from "./http-get.ts";
import type { Credentials } from "./registry-auth.ts";
import { RegistryClient } from "./registry-client.ts";

const jane: Credentials = { username: "jane", password: "s3cret" };

async function registry(t: TestContext): Promise<TestRegistry> {
  const started = await startTestRegistry();
  t.after(() => started[Symbol.asyncDispose]());
  return started;
}

function client({ url }: TestRegistry, credentials?: Credentials, pauses: number[] = []): RegistryClient {
  const http = new HttpClient();
  return new RegistryClient(
    { url, credentials, namespace: "elsewhere.test" },
    { get: http.get, pause: async (failures) => void pauses.push(failures) },
  );
}

async function read(
  from: RegistryClient,
  blob: Parameters<RegistryClient["blob"]>[1],
  signal: AbortSignal,
): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(from.blob("a/b", blob, signal)));
}

test("a manifest is asked for with the name of the registry it stands for", async (t) => {
  const server = await registry(t);
  const digest = server.image("a/b:v1", [Buffer.alloc(1024)]);
  const manifest = await client(server).manifest("a/b", "v1", t.signal);
  assert.equal(manifest.digest, digest);
  assert.deepEqual(server.requests, ["GET /v2/a/b/manifests/v1?ns=elsewhere.test"]);
});

test("a bearer token is fetched once for a repository and then reused", async (t) => {
  const server = await registry(t);
  server.faults.auth = "bearer";
  server.image("a/b:v1", [Buffer.alloc(1024)]);
  const pull = client(server, jane);
  await pull.manifest("a/b", "v1", t.signal);
  await pull.manifest("a/b", "v1", t.signal);
  assert.deepEqual(
    server.requests.map((line) => line.split("?")[0]),
    ["GET /v2/a/b/manifests/v1", "GET /token", "GET /v2/a/b/manifests/v1", "GET /v2/a/b/manifests/v1"],
  );
  assert.match(server.requests[1] ?? "", /service=test\+registry&scope=repository%3Aa%2Fb%3Apull/);
  assert.equal(server.authorizations.at(-1), "Bearer pull-token");
});

test("a token for anyone is fetched without credentials", async (t) => {
  const server = await registry(t);
  server.faults.auth = "anonymous";
  server.image("a/b:v1", [Buffer.alloc(1024)]);
  await client(server).manifest("a/b", "v1", t.signal);
  assert.deepEqual(server.authorizations, ["", "", "Bearer pull-token"]);
});

test("basic authentication is answered only after the registry asked for it", async (t) => {
  const server = await registry(t);
  server.faults.auth = "basic";
  server.image("a/b:v1", [Buffer.alloc(1024)]);
  await client(server, jane).manifest("a/b", "v1", t.signal);
  assert.deepEqual(server.authorizations, ["", `Basic ${Buffer.from("jane:s3cret").toString("base64")}`]);
});

test("missing credentials are named", async (t) => {
  const server = await registry(t);
  server.faults.auth = "basic";
  await assert.rejects(client(server).manifest("a/b", "v1", t.signal), {
    code: "unauthorized",
    message: /no credentials were given/,
  });
});

test("refused credentials are named by their user, never by their password", async (t) => {
  const server = await registry(t);
  server.faults.auth = "bearer";
  await assert.rejects(
    client(server, { username: "jane", password: "wrong" }).manifest("a/b", "v1", t.signal),
    (error: Error) => {
      assert.match(error.message, /"jane" was refused/);
      assert.doesNotMatch(error.message, /wrong/);
      return true;
    },
  );
});

test("a missing image is not found, and not tried again", async (t) => {
  const server = await registry(t);
  await assert.rejects(client(server).manifest("a/b", "v2", t.signal), {
    code: "not-found",
    message: /v2 was answered 404/,
  });
  assert.equal(server.requests.length, 1);
});

const error = (message: unknown) => JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message }] });
for (const [what, body, says] of [
  [
    "names its tags",
    error('"a/b" has no "v2"; its tags are v1'),
    ` The registry says: "a/b" has no "v2"; its tags are v1.`,
  ],
  ["sends characters that move the cursor", error("un\u001b[2Jknown\n."), " The registry says: un [2Jknown ."],
  ["sends a page", "<html>404</html>", ""],
  ["sends no list", '{"errors":null}', ""],
  ["sends a number", error(404), ""],
  ["sends 70 kB", error("x".repeat(70_000)), ""],
  ["sends 600 characters", error("y".repeat(600)), ` The registry says: ${"y".repeat(500)}....`],
] as const)
  test(`what a registry says of an image that it has not is passed on: it ${what}`, async (t) => {
    const server = await registry(t);
    server.faults.notFound = body;
    await assert.rejects(client(server).manifest("a/b", "v2", t.signal), {
      code: "not-found",
      message: `GET ${server.url.origin}/v2/a/b/manifests/v2 was answered 404: there is no such image.${says}`,
    });
  });

const hub = { url: new URL("https://registry-1.docker.io") };
for (const [status, code, says] of [
  [
    401,
    "unauthorized",
    /there is no such image, or it is not for everybody and no credentials were given for it\. The registry says: too many$/,
  ],
  [403, "unauthorized", /no credentials were given for it/],
  [
    429,
    "unreachable",
    /answered 429: too much was asked of it; it lets more pass with a login.* The registry says: too many$/,
  ],
  [500, "unreachable", /answered 500\. The registry says: too many$/],
] as const)
  test(`why a public registry refuses an image with ${status} is said`, async ({ signal }) => {
    const body = (text: string) => Readable.from([Buffer.from(text)]);
    const answers = [
      { status: 401, headers: { "www-authenticate": 'Bearer realm="https://auth.docker.io/token"' }, body: body("") },
      { status: 200, headers: {}, body: body('{"token":"t"}') },
      { status, headers: {}, body: body(error("too many.")) },
    ];
    const get: HttpGet = async () => ({
      ...(answers.shift() ?? assert.fail("asked too often")),
      close: () => undefined,
    });
    const pulls = new RegistryClient(hub, { get, pause: async () => undefined });
    await assert.rejects(pulls.manifest("library/alpin", "latest", signal), (fault: OciError) => {
      assert.equal(fault.code, code);
      assert.match(fault.message.replace(/\.$/, ""), says);
      return true;
    });
  });

test("a manifest whose bytes are not its digest is refused", async (t) => {
  const server = await registry(t);
  const wrong = `sha256:${"0".repeat(64)}`;
  server.manifest(`a/b:${wrong}`, { schemaVersion: 2 }, mediaTypes.manifest);
  await assert.rejects(client(server).manifest("a/b", wrong, t.signal), { code: "digest-mismatch" });
});

test("a transfer that breaks three times is resumed where it broke", async (t) => {
  const server = await registry(t);
  const bytes = randomBytes(500_000);
  const blob = server.blob(bytes);
  Object.assign(server.faults, { cuts: 3, cutAfterBytes: 100_000 });
  const got = await read(client(server), blob, t.signal);
  assert.ok(got.equals(bytes));
  const ranges = server.requests.map((line) => line.split(" ")[2]);
  assert.equal(ranges.length, 4);
  assert.ok(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? "")));
});

test("a server that ignores Range gets its repeated bytes skipped", async (t) => {
  const server = await registry(t);
  const bytes = randomBytes(300_000);
  const blob = server.blob(bytes);
  Object.assign(server.faults, { cuts: 1, cutAfterBytes: 70_000, ignoreRange: true });
  assert.ok((await read(client(server), blob, t.signal)).equals(bytes));
});

test("a corrupt blob is refused at its end", async (t) => {
  const server = await registry(t);
  const blob = server.blob(randomBytes(1000));
  server.faults.corrupt = true;
  await assert.rejects(read(client(server), blob, t.signal), { code: "digest-mismatch" });
});

test("a blob longer than announced is refused", async (t) => {
  const server = await registry(t);
  const blob = server.blob(randomBytes(1000));
  await assert.rejects(read(client(server), { ...blob, size: 999 }, t.signal), {
    code: "digest-mismatch",
    message: /longer/,
  });
});

test("an overloaded registry is asked again, with growing pauses, six times in all", async (t) => {
  const server = await registry(t);
  const blob = server.blob(randomBytes(1000));
  server.faults.unavailable = 6;
  const pauses: number[] = [];
  await assert.rejects(read(client(server, undefined, pauses), blob, t.signal), {
    code: "unreachable",
    message: /503/,
  });
  assert.deepEqual(pauses, [1, 2, 3, 4, 5]);
});

test("a registry that is not there is unreachable, and says which", async (t) => {
  const server = await startTestRegistry();
  await server[Symbol.asyncDispose]();
  await assert.rejects(client(server).manifest("a/b", "v1", t.signal), {
    code: "unreachable",
    message: /ECONNREFUSED/,
  });
});

test("an aborted pull ends with the signal's reason", async (t) => {
  const server = await registry(t);
  const blob = server.blob(randomBytes(1000));
  const reason = new Error("stopped");
  await assert.rejects(read(client(server), blob, AbortSignal.abort(reason)), reason);
});
