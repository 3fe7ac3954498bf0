// A server with a certificate that somebody else has made, as commands of its machine and strangers find it.
import assert from "node:assert/strict";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { issueAuthority, issueServerCertificate } from "@neverland/platform/tls/issue-certificate.ts";
import { openCliBench, startCli } from "../../testing/cli-bench.ts";

const dayMs = 86_400_000;
const now = Date.now();
const root = issueAuthority("Some company", { fromMs: now - 9 * dayMs, untilMs: now + dayMs }, { randomBytes });
const signer = { certificate: new X509Certificate(root.certificate), privateKey: createPrivateKey(root.privateKey) };
let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "own-certificate-"));
  await writeFile(join(dir, "root.crt"), root.certificate);
});
after(() => rm(dir, { recursive: true }));

async function flagsFor(name: string, untilMs: number): Promise<string[]> {
  const made = issueServerCertificate([name], { fromMs: now - 2 * dayMs, untilMs }, signer, { randomBytes });
  await writeFile(join(dir, "api.crt"), made.certificate + root.certificate);
  await writeFile(join(dir, "api.key"), made.privateKey);
  return ["--api-cert", join(dir, "api.crt"), "--api-key", join(dir, "api.key")];
}

test("this machine's kubeconfig is good for it, and another name is told with what to do", async () => {
  const bench = await openCliBench(...(await flagsFor("tink.example.com", now + dayMs)));
  try {
    assert.equal((await bench.run("get", "hw")).code, 0);
    const { stdout } = await bench.run("ca", "show");
    assert.match(stdout, /^CA +Some company[\s\S]*names +tink\.example\.com/);
    const access = ["--certificate-authority", join(dir, "root.crt"), "--token", "x"];
    const { code, stderr } = await startCli(["--server", bench.connection.server, ...access, "get", "hw"]).ended;
    assert.equal(code, 69);
    assert.match(stderr, /its certificate is for other names: ask by one of those, or add this one/);
  } finally {
    await bench.close();
  }
});

test("a certificate that is over is told as that", async () => {
  const bench = await openCliBench(...(await flagsFor("127.0.0.1", now - dayMs)));
  try {
    const { code, stderr } = await bench.run("get", "hw");
    assert.equal(code, 69);
    assert.match(stderr, /its certificate is over\. Is this machine's clock right\?/);
  } finally {
    await bench.close();
  }
});
