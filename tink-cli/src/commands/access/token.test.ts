// Tokens for others, made and revoked on a server that runs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type CliBench, openCliBench, startCli } from "../../testing/cli-bench.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

test("a token lets tink in by a file, is listed without itself, and is refused as soon as it is revoked", async () => {
  const made = await bench.run("token", "create", "ci", "--ttl", "30d");
  assert.match(made.stdout, /^neverland_[\w-]{43}\n$/);
  assert.match(made.stderr, /^token ci created; it may do everything, until \d{4}-/);
  const file = await bench.file("ci.token", made.stdout);
  const ca = ["--certificate-authority", join(bench.dir, "tls/ca.crt")];
  const asCi = () => startCli(["--server", bench.connection.server, ...ca, "--token-file", file, "get", "tpl"]).ended;
  assert.equal((await asCi()).code, 0);
  const { stdout } = await bench.run("token", "list");
  assert.match(stdout, /^NAME +EXPIRES +LAST-USED.*\nci +\d{4}-/);
  assert.ok(!stdout.includes(made.stdout.trim()));
  assert.equal((await bench.run("token", "revoke", "ci")).code, 0);
  const refused = await asCi();
  assert.equal(refused.code, 77);
  assert.match(refused.stderr, /the server does not know the token of --token-file /);
});

test("a kubeconfig for another machine is honoured by KUBECONFIG, also among those of other clusters", async () => {
  const ours = await bench.file("ours", (await bench.run("token", "create", "laptop", "-o", "kubeconfig")).stdout);
  const other = await bench.file("other", "apiVersion: v1\nkind: Config\n");
  assert.equal((await startCli(["get", "tpl"], { KUBECONFIG: `${other}:${ours}` }).ended).code, 0);
});

test("a kubeconfig of some other cluster is not taken for ours", async () => {
  const cluster = "clusters: [{name: prod, cluster: {server: 'https://127.0.0.1:1'}}]\n";
  const context = "contexts: [{name: prod, context: {cluster: prod, user: me}}]\ncurrent-context: prod\n";
  const file = await bench.file("prod", `${cluster}${context}users: [{name: me, user: {token: x}}]\n`);
  const { code, stderr } = await startCli(["get", "tpl"], { KUBECONFIG: file }).ended;
  assert.equal(code, 69);
  assert.match(
    stderr,
    /^tink: No server was found: .*KUBECONFIG \(\S+prod\) leads to no server of this product, and there/,
  );
});

test("a way in that this server does not know is told by its name", async () => {
  const kubeconfig = await readFile(join(bench.dir, "kubeconfig"), "utf8");
  const file = await bench.file("certificates", kubeconfig.replace(/token: .*/, "client-certificate: me.pem"));
  const { code, stderr } = await startCli(["get", "tpl"], { KUBECONFIG: file }).ended;
  assert.equal(code, 2);
  assert.match(stderr, /the user neverland gets in by client-certificate, which this server does not know: give it a/);
});

for (const [what, args, expected] of [
  ["a name that is none", ["create", "two words"], /metadata\.name/],
  ["a time that is none", ["create", "x", "--ttl", "soon"], /Expected a time such as 90d/],
  ["a form that there is not", ["create", "x", "-o", "yaml"], /expected kubeconfig/],
] as const)
  test(`${what} is refused with what was expected`, async () => {
    const { code, stdout, stderr } = await bench.run("token", ...args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, expected);
  });

test("a name that is taken, and one that is not there, are told", async () => {
  assert.equal((await bench.run("token", "create", "twice")).code, 0);
  const { code, stdout, stderr } = await bench.run("token", "create", "twice");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /"twice" already exists/);
  assert.equal((await bench.run("token", "revoke", "nobody")).code, 3);
});

test("a file with two words in it is no token", async () => {
  const file = await bench.file("two", "one two\n");
  const { code, stderr } = await startCli(["--server", bench.connection.server, "--token-file", file, "get", "tpl"])
    .ended;
  assert.equal(code, 2);
  assert.match(stderr, /--token-file .*\/two: expected one token, without blanks in it/);
});

test("the CA is shown with its fingerprint, as the ready line has it", async () => {
  const { code, stdout } = await bench.run("ca", "show");
  assert.equal(code, 0);
  assert.ok(stdout.includes(String(bench.addresses.caFingerprint)));
  assert.match(stdout, /names +localhost, 127\.0\.0\.1, /);
});

test("a server that another CA has signed for is not shown as ours", async () => {
  const other = await openCliBench();
  try {
    const access = ["--server", other.connection.server, "--token", "x", "--certificate-authority"];
    const { code, stdout, stderr } = await startCli([...access, join(bench.dir, "tls/ca.crt"), "ca", "show"]).ended;
    assert.deepEqual([code, stdout], [77, ""]);
    assert.match(
      stderr,
      /shows a certificate that the CA which is known here has not signed: .*SHA256:.*\nAnother program/,
    );
    assert.ok(stderr.includes(String(bench.addresses.caFingerprint)));
  } finally {
    await other.close();
  }
});

test("a kubeconfig that names this machine alone is told, and one for others has what --server says", async () => {
  const own = await bench.run("token", "create", "own", "-o", "kubeconfig");
  assert.match(own.stderr, /Warning: the kubeconfig names https:\/\/127\.0\.0\.1:\d+, which is this machine alone/);
  const server = bench.connection.server.replace("127.0.0.1", "localhost");
  const named = await bench.run("--server", server, "token", "create", "named", "-o", "kubeconfig");
  assert.equal(named.code, 0);
  assert.ok(named.stdout.includes(`server: ${server}`));
});

test("a name that the certificate is for goes on into a kubeconfig for others", async () => {
  const kubeconfig = await readFile(join(bench.dir, "kubeconfig"), "utf8");
  const file = await bench.file(
    "by-name",
    kubeconfig.replace(/^( *)server:/m, "$1tls-server-name: localhost\n$1server:"),
  );
  const { stdout } = await startCli(["token", "create", "by-name", "-o", "kubeconfig"], { KUBECONFIG: file }).ended;
  assert.match(stdout, / tls-server-name: localhost/);
});

test("a CA is made anew only while no server runs, and counts from the next start", async () => {
  const other = await openCliBench();
  try {
    const before = await readFile(join(other.dir, "tls/ca.crt"), "utf8");
    const refused = await other.run("ca", "rotate");
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /A server runs on .*: end it first/);
    await other.stop();
    const { code, stdout } = await other.run("ca", "rotate");
    assert.equal(code, 0);
    assert.match(stdout, /^SHA256:/);
    assert.notEqual(await readFile(join(other.dir, "tls/ca.crt"), "utf8"), before);
  } finally {
    await other.close();
  }
});
