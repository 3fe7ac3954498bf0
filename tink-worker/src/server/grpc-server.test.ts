// The client's side of the agent protocol, against servers that are slow, secret, or not there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { AgentAttributesSchema, WorkflowService } from "@neverland/api/workflow";
import { anAction } from "../testing/an-action.ts";
import { TestServer } from "../testing/test-server.ts";
import { GrpcServer, type GrpcServerOptions } from "./grpc-server.ts";

const outcome = { state: "SUCCESS", startMs: 1_000_500, stopMs: 1_063_500, message: "done" } as const;

async function serverAndClient(
  t: TestContext,
  options: Partial<GrpcServerOptions> = {},
): Promise<{ server: TestServer; client: GrpcServer }> {
  const server = new TestServer();
  await server.start();
  const client = new GrpcServer({
    authority: server.authority,
    tls: false,
    insecureTls: false,
    agentId: "machine",
    ...options,
  });
  t.after(async () => {
    client.close();
    await server.stop();
  });
  return { server, client };
}

test("hardware facts go with the question", async (t) => {
  const attributes = create(AgentAttributesSchema, { cpu: { totalCores: 4 }, product: { name: "Standard PC" } });
  const { server, client } = await serverAndClient(t, { attributes });
  server.actions.push({ actionId: "a", timeout: 30n, namespaces: { pid: "host" }, pid: "old" });
  const next = await client.nextAction(t.signal);
  assert.equal(server.requests[0]?.agentAttributes?.cpu?.totalCores, 4);
  assert.deepEqual(next.kind === "action" && [next.action.pid, next.action.timeoutSeconds, next.action.agentId], [
    "host",
    30,
    "machine",
  ]);
});

test("an outcome is reported with its times and duration", async (t) => {
  const { server, client } = await serverAndClient(t);
  assert.deepEqual(await client.reportOutcome(anAction(), outcome, t.signal), { kind: "acknowledged" });
  const [report] = server.reports;
  assert.deepEqual([report?.executionStart?.seconds, report?.executionStart?.nanos], [1000n, 500_000_000]);
  assert.equal(report?.executionStop?.seconds, 1063n);
  assert.equal(report?.executionDuration, "1m3s");
});

for (const [code, kind] of [
  [Code.NotFound, "refused"],
  [Code.InvalidArgument, "refused"],
  [Code.FailedPrecondition, "refused"],
  [Code.Unavailable, "failed"],
  [Code.Internal, "failed"],
  [Code.ResourceExhausted, "failed"],
] as const)
  test(`a report answered ${Code[code]} is ${kind}`, async (t) => {
    const { server, client } = await serverAndClient(t);
    server.onReport = () => {
      throw new ConnectError("no", code);
    };
    assert.equal((await client.reportOutcome(anAction(), outcome, t.signal)).kind, kind);
  });

test("a report that failed leaves the question for work under way alone", async (t) => {
  const { server, client } = await serverAndClient(t);
  server.onReport = () => {
    throw new ConnectError("no", Code.Unavailable);
  };
  const asked = client.nextAction(t.signal);
  for (let reports = 0; reports < 3; reports++)
    assert.equal((await client.reportRunning(anAction(), 0, t.signal)).kind, "failed");
  server.actions.push({ actionId: "a", timeout: 30n });
  assert.equal((await asked).kind, "action");
  assert.equal(server.requests.length, 1);
});

test("after the server came back the same client goes on", async (t) => {
  const { server, client } = await serverAndClient(t);
  assert.equal((await client.reportRunning(anAction(), 0, t.signal)).kind, "acknowledged");
  await server.stop();
  assert.equal((await client.reportRunning(anAction(), 0, t.signal)).kind, "failed");
  await server.start();
  assert.equal((await client.reportRunning(anAction(), 0, t.signal)).kind, "acknowledged");
});

test("a peer that accepts and says nothing is left when told to", async (_t) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo; // a TCP server's address is never a path
  const client = new GrpcServer({ authority: `127.0.0.1:${port}`, tls: false, insecureTls: false, agentId: "machine" });
  const reason = new Error("stop");
  const stop = new AbortController();
  const asked = assert.rejects(client.nextAction(stop.signal), reason);
  silent.once("connection", () => stop.abort(reason));
  await asked;
  client.close();
  await new Promise((resolve) => silent.close(resolve));
});

test("TLS with a certificate that nobody signed is refused, unless any is taken", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tls-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = [
    "-subj",
    "/CN=localhost",
    "-days",
    "2",
    "-nodes",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
  ];
  execFileSync("openssl", ["req", "-x509", ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const routes = connectNodeAdapter({
    routes: (router) =>
      void router.service(WorkflowService, {
        getAction: () => ({ actionId: "over-tls" }),
        reportActionStatus: () => ({}),
      }),
  });
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, routes);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`; // see above
  const strict = new GrpcServer({ authority, tls: true, insecureTls: false, agentId: "machine" });
  const lax = new GrpcServer({ authority, tls: true, insecureTls: true, agentId: "machine" });
  t.after(async () => {
    for (const client of [strict, lax]) client.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const refused = await strict.nextAction(t.signal);
  assert.match(refused.kind === "failed" ? refused.why : "", /self-signed certificate/);
  assert.equal((await lax.nextAction(t.signal)).kind, "action");
});
