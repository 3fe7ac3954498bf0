// Where a kubeconfig's token goes when the command line names another server, and what is sent in plain text.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type CliBench, openAll, openCliBench, startCli } from "../testing/cli-bench.ts";
import { requirePrivateWay } from "./token-guard.ts";

let [bench, other]: CliBench[] = [];
let heard: IncomingHttpHeaders[] = [];
const stranger = createServer(({ headers }, response) => {
  heard.push(headers);
  response.writeHead(500).end();
});
before(async () => {
  stranger.listen(0, "127.0.0.1");
  [, [bench, other]] = await Promise.all([once(stranger, "listening"), openAll([openCliBench(), openCliBench()])]);
});
after(async () => {
  stranger.close();
  await Promise.all([bench?.close(), other?.close()]);
});
const plain = (): string => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`; // of TCP
const kubeconfig = (): NodeJS.ProcessEnv => ({ KUBECONFIG: join(bench?.dir ?? "", "kubeconfig") });

test("a server that is not the kubeconfig's is refused by name, and hears nothing", async () => {
  const told =
    /^tink: --server http:\/\/127\S+: no token is given for it, and that of \S+kubeconfig is for https:\S+: it is sent to no other/;
  for (const run of [
    await startCli(["--server", plain(), "get", "hw"], kubeconfig()).ended,
    await startCli(["--server", plain(), "--data-dir", bench?.dir ?? "", "get", "hw"]).ended,
  ]) {
    assert.deepEqual([run.code, run.stdout], [2, ""]);
    assert.match(run.stderr, told);
  }
  const byVariable = await startCli(["get", "hw"], { ...kubeconfig(), TINK_SERVER: plain() }).ended;
  assert.match(byVariable.stderr, /^tink: TINK_SERVER http/);
  assert.deepEqual(heard, []);
});

test("a server whose CA is named is none of the kubeconfig's, and one that another CA has signed for is not believed", async () => {
  const [server, ca] = [other?.connection.server ?? "", join(other?.dir ?? "", "tls/ca.crt")];
  const named = await startCli(["--server", server, "--certificate-authority", ca, "get", "hw"], kubeconfig()).ended;
  assert.equal(named.code, 2);
  assert.match(named.stderr, /it is sent to no other server/);
  const unnamed = await startCli(["--server", server, "get", "hw"], kubeconfig()).ended;
  assert.equal(unnamed.code, 69);
  assert.match(unnamed.stderr, /its certificate is not signed by the CA that is named here/);
});

test("the kubeconfig's own server is believed by another name, since it proves to be it", async () => {
  const server = bench?.connection.server.replace("127.0.0.1", "localhost") ?? "";
  assert.equal((await startCli(["--server", server, "get", "hw"], kubeconfig()).ended).code, 0);
});

test("a token that is given goes where it is told", async () => {
  heard = [];
  await startCli(["--server", plain(), "--token", "x", "get", "hw"], kubeconfig()).ended;
  assert.equal(heard[0]?.authorization, "Bearer x");
});

test("no token goes to another machine in plain text, unless that is said", async () => {
  const args = ["--server", "http://192.0.2.1:7480", "--token", "x"];
  const { code, stderr } = await startCli([...args, "get", "hw"]).ended;
  assert.equal(code, 2);
  assert.match(stderr, /is plain HTTP to another machine: .*Nothing was sent\.\n.*--insecure-plain-http/);
  requirePrivateWay("http://192.0.2.1:7480", true);
  requirePrivateWay("https://192.0.2.1:7480", false);
  for (const server of ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"]) requirePrivateWay(server, false);
  assert.throws(() => requirePrivateWay("http://127.0.0.1.example.com", false));
});
