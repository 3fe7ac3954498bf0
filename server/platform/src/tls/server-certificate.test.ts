import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { type Authority, authorityFiles, ensureAuthority, newAuthority } from "./authority-files.ts";
import { ServerCertificate } from "./server-certificate.ts";

const dayMs = 86_400_000;
let folder: string;
let clock: ManualClock;
let errors: unknown[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "certificates-"));
  clock = new ManualClock(Date.now());
  errors = [];
});
afterEach(() => rm(folder, { recursive: true }));

const authority = (): Promise<Authority> => ensureAuthority(folder, { nowMs: () => clock.nowMs(), randomBytes });
async function started(names = ["localhost", "127.0.0.1", "::1"], by?: Authority): Promise<ServerCertificate> {
  const onError = ({ error }: { error: unknown }): void => void errors.push(error);
  const one = new ServerCertificate(folder, by ?? (await authority()), () => names, { clock, randomBytes, onError });
  await one.start();
  return one;
}
const shown = (one: ServerCertificate): X509Certificate => new X509Certificate(one.current().certificate);
const daysOf = ({ validFrom, validTo }: X509Certificate): number =>
  (Date.parse(validTo) - Date.parse(validFrom)) / dayMs;

test("openssl believes what is signed, for each name and address, as strictly as it can look", async () => {
  await started(["localhost", "127.0.0.1", "::1", "2001:db8::1:0:0:9", "tink.example.com"]);
  const check = (...more: string[]): string => {
    const files = ["-CAfile", authorityFiles(folder).certificate, join(folder, "api.pem")];
    return execFileSync("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", ...more, ...files], {
      encoding: "utf8",
    });
  };
  for (const host of ["localhost", "tink.example.com"]) assert.match(check("-verify_hostname", host), /: OK/);
  for (const ip of ["127.0.0.1", "::1", "2001:db8::1:0:0:9"]) assert.match(check("-verify_ip", ip), /: OK/);
  assert.throws(() => check("-verify_hostname", "other.example.com"), /hostname mismatch/i);
});

test("the CA is for ten years, its files for their owner alone, and the same at the next start", async () => {
  const { pem, certificate } = await authority();
  assert.equal(daysOf(certificate), 3652);
  for (const file of Object.values(authorityFiles(folder))) assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await authority()).pem, pem);
});

test("a folder and a certificate that are open to others are closed, and a key that is is not believed, with both ways on", async () => {
  const { pem } = await authority();
  const { key, certificate } = authorityFiles(folder);
  await Promise.all([chmod(folder, 0o755), chmod(certificate, 0o644)]);
  assert.equal((await authority()).pem, pem);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(certificate)).mode & 0o777, 0o600);
  await chmod(key, 0o640);
  await assert.rejects(authority(), {
    code: "bad-data-dir",
    message: `${key} is not believed: others may read or write it; if nobody else could get at it, \`chmod 600 ${key}\`; otherwise remove ${certificate} and ${key}, and the next start makes a new CA, which every client must then be given`,
  });
});

test("what is shown is for ninety days, kept over a start, and renewed after sixty while it runs", async () => {
  const one = await started();
  const first = shown(one);
  assert.equal(daysOf(first), 90);
  assert.equal(shown(await started()).serialNumber, first.serialNumber);
  const renewed = new Promise((resolve) => one.onChange(resolve));
  clock.advance(59 * dayMs);
  assert.equal(shown(one).serialNumber, first.serialNumber);
  clock.advance(2 * dayMs);
  await renewed;
  assert.notEqual(shown(one).serialNumber, first.serialNumber);
  await one.stop();
});

test("one that is stopped while it renews ends when that is written, and looks no more", async () => {
  const one = await started();
  clock.advance(61 * dayMs);
  await one.stop();
  const { serialNumber } = shown(one);
  assert.equal(new X509Certificate(await readFile(join(folder, "api.pem"))).serialNumber, serialNumber);
  clock.advance(61 * dayMs);
  assert.equal(shown(one).serialNumber, serialNumber);
});

test("one that is over, for other names, of another CA, or broken is replaced at the start", async () => {
  // A server's folder is its own: each ends before the next begins.
  const next = async (names?: string[]): Promise<X509Certificate> => {
    const one = await started(names);
    await one.stop();
    return shown(one);
  };
  const { serialNumber } = await next();
  clock.advance(100 * dayMs);
  const second = await next();
  assert.notEqual(second.serialNumber, serialNumber);
  const third = await next(["localhost", "tink.example.com"]);
  assert.notEqual(third.serialNumber, second.serialNumber);
  await writeFile(join(folder, "api.pem"), "rubbish");
  assert.equal((await next()).checkHost("localhost"), "localhost");
});

test("a CA without its key, with another's, or that is none is told, and nothing is made in its place", async () => {
  await authority();
  const { key } = authorityFiles(folder);
  const both = await readFile(key, "utf8");
  const mend = /put it back from a backup; or remove .*ca\.crt and .*ca\.key, and the next start makes a new CA/;
  await unlink(key);
  await assert.rejects(authority(), mend);
  await writeFile(key, "rubbish", { mode: 0o600 });
  await assert.rejects(authority(), /ca\.key: it holds no certificate: put/);
  await writeFile(key, both.slice(both.indexOf("-----BEGIN CERTIFICATE")));
  await assert.rejects(authority(), /ca\.key: it holds no private key: put/);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = privateKey.export({ type: "pkcs8", format: "pem" });
  await writeFile(key, other + both.slice(both.indexOf("-----BEGIN CERTIFICATE")));
  await assert.rejects(authority(), /ca\.key: its key is not that of its certificate: put/);
  await writeFile(key, both);
  clock.advance(3660 * dayMs);
  await assert.rejects(authority(), /the server's CA was good until/);
});

test("a new CA of which a crash left clients the old certificate is a whole one at the next start", async () => {
  const first = await authority();
  const { certificate } = authorityFiles(folder);
  const second = await newAuthority(folder, { nowMs: () => clock.nowMs(), randomBytes });
  await writeFile(certificate, first.pem);
  assert.equal((await authority()).pem, second.pem);
  assert.equal(await readFile(certificate, "utf8"), second.pem);
  await unlink(certificate);
  assert.equal((await authority()).pem, second.pem);
  assert.equal(await readFile(certificate, "utf8"), second.pem);
});
