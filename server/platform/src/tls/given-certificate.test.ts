import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { type Authority, newAuthority } from "./authority-files.ts";
import { GivenCertificate } from "./given-certificate.ts";
import { type CertifiedKey, issueServerCertificate } from "./issue-certificate.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
let dir: string;
let clock: ManualClock;
let authority: Authority;
let warnings: string[];
let given: GivenCertificate;
let told: (message: string) => void;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "given-certificate-"));
  clock = new ManualClock(Date.now());
  authority = await newAuthority(dir, { nowMs: () => clock.nowMs(), randomBytes });
  warnings = [];
  told = () => undefined;
  const [certificate, key] = [join(dir, "api.crt"), join(dir, "api.key")];
  const warn = (message: string): void => {
    warnings.push(message);
    told(message);
  };
  given = new GivenCertificate(
    { certificate, key, named: { certificate: "--api-cert", key: "--api-key" } },
    { clock, warn },
  );
});
afterEach(async () => {
  await given.stop();
  await rm(dir, { recursive: true });
});

async function write(days = 90): Promise<CertifiedKey> {
  const validity = { fromMs: clock.nowMs() - dayMs, untilMs: clock.nowMs() + days * dayMs };
  const made = issueServerCertificate(["localhost"], validity, authority, { randomBytes });
  await writeFile(join(dir, "api.crt"), made.certificate);
  await writeFile(join(dir, "api.key"), made.privateKey);
  return made;
}
const warned = (): Promise<string> => new Promise((resolve) => (told = resolve));
const changed = (): Promise<CertifiedKey> => new Promise((resolve) => given.onChange(resolve));

test("new files are shown within a minute", async () => {
  const first = await write();
  await given.start();
  assert.deepEqual(given.current(), first);
  const second = await write();
  const change = changed();
  clock.advance(minuteMs);
  assert.deepEqual(await change, second);
  assert.deepEqual(given.current(), second);
  assert.deepEqual(warnings, []);
});

test("files that are broken are told once, and what was there before goes on until they are whole", async () => {
  const first = await write();
  await given.start();
  await writeFile(join(dir, "api.crt"), "rubbish");
  const told = warned();
  clock.advance(minuteMs);
  assert.match(
    await told,
    /^--api-cert and --api-key are not a certificate and its key.*goes on with the certificate that was/,
  );
  assert.deepEqual(given.current(), first);
  const second = await write();
  const change = changed();
  // The look that is over by now makes the next one.
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(minuteMs);
  assert.deepEqual(await change, second);
  assert.equal(warnings.length, 1);
});

test("a key that is another certificate's is told as well", async () => {
  const first = await write();
  await given.start();
  const { certificate } = first;
  await write();
  await writeFile(join(dir, "api.crt"), certificate);
  const told = warned();
  clock.advance(minuteMs);
  assert.match(await told, /are not a certificate and its key/);
  assert.deepEqual(given.current(), first);
});

test("one that is over is told, and shown", async () => {
  const over = await write(-0.5);
  await given.start();
  assert.deepEqual(given.current(), over);
  assert.match(warnings.join(), /^--api-cert was good until .*: clients do not believe it; renew it$/);
});

test("a file that is not there is refused at the start by its name", async () => {
  await assert.rejects(given.start(), /^ServerError: --api-cert: there is no such file$/);
});
