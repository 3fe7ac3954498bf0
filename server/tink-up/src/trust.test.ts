import assert from "node:assert/strict";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { issueAuthority, issueServerCertificate } from "@neverland/platform/tls/issue-certificate.ts";
import { trustIn } from "./trust.ts";

const validity = { fromMs: Date.now() - 1000, untilMs: Date.now() + 3_600_000 };
const made = issueAuthority("Some company", validity, { randomBytes });
const authority = {
  certificate: new X509Certificate(made.certificate),
  privateKey: createPrivateKey(made.privateKey),
};
const leaf = (...names: string[]): string =>
  issueServerCertificate(names, validity, authority, { randomBytes }).certificate;
const loopback = "https://127.0.0.1:7480";

test("the root at a chain's end is trusted, and the name is told where the address is another", () => {
  const { authority: pem, serverName } = trustIn(leaf("tink.example.com") + made.certificate, loopback);
  assert.equal(new X509Certificate(pem ?? "").fingerprint256, authority.certificate.fingerprint256);
  assert.equal(serverName, "tink.example.com");
});

test("a chain without its root is for the system to judge", () => {
  assert.deepEqual(trustIn(leaf("localhost", "127.0.0.1"), loopback), {});
});

test("any name is good of those that a wildcard stands for", () => {
  assert.deepEqual(trustIn(leaf("*.example.com"), loopback), { serverName: "neverland.example.com" });
  assert.deepEqual(trustIn(leaf("*.example.com"), "https://tink.example.com:7480"), {});
});
