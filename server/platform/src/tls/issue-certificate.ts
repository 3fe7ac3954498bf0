// Makes X.509 certificates (RFC 5280) of the two shapes that the server needs: a CA of its own, and what that signs for the API.
// P-256 and SHA-256 alone: every client of the last ten years knows them.
import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { isIP, SocketAddress } from "node:net";
import { bits, integer, objectId, octets, sequence, set, tagged, taggedPlain, time, truth, utf8 } from "./der.ts";

/** In PEM form. */
export type CertifiedKey = { readonly certificate: string; readonly privateKey: string };

export type Validity = { readonly fromMs: number; readonly untilMs: number };

export type IssueDeps = { readonly randomBytes: (count: number) => Uint8Array };

const oid = {
  commonName: objectId("2.5.4.3"),
  ecdsaWithSha256: objectId("1.2.840.10045.4.3.2"),
  subjectKeyIdentifier: objectId("2.5.29.14"),
  keyUsage: objectId("2.5.29.15"),
  subjectAltName: objectId("2.5.29.17"),
  basicConstraints: objectId("2.5.29.19"),
  authorityKeyIdentifier: objectId("2.5.29.35"),
  extendedKeyUsage: objectId("2.5.29.37"),
  serverAuth: objectId("1.3.6.1.5.5.7.3.1"),
};
/** Bits of RFC 5280 §4.2.1.3, the first one the highest. */
const signsCertificates = bits(Uint8Array.of(0b0000_0110), 1);
const signsHandshakes = bits(Uint8Array.of(0b1000_0000), 7);

/** A CA that signs itself, and no CA beneath it. @param name Of letters, digits, blanks, `.`, `-` and `_`: others are escaped where it is read. */
export function issueAuthority(name: string, validity: Validity, deps: IssueDeps): CertifiedKey {
  const keys = newKeys();
  const keyId = keyIdOf(keys.publicKey);
  const extensions = [
    extension(oid.basicConstraints, sequence(truth(true), integer(Uint8Array.of(0))), true),
    extension(oid.keyUsage, signsCertificates, true),
    extension(oid.subjectKeyIdentifier, octets(keyId)),
  ];
  const subject = nameOf(name);
  return issue({ ...keys, issuer: subject, subject, validity, extensions, signer: keys.privateKey }, deps);
}

/**
 * A server's certificate.
 * @param names Host names and addresses, in the order that tools show them in.
 */
export function issueServerCertificate(
  names: readonly string[],
  validity: Validity,
  authority: { readonly certificate: X509Certificate; readonly privateKey: KeyObject },
  deps: IssueDeps,
): CertifiedKey {
  const keys = newKeys();
  const alternatives = sequence(...names.map(alternativeName));
  const extensions = [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, signsHandshakes, true),
    extension(oid.extendedKeyUsage, sequence(oid.serverAuth)),
    extension(oid.subjectAltName, alternatives),
    extension(oid.subjectKeyIdentifier, octets(keyIdOf(keys.publicKey))),
    extension(oid.authorityKeyIdentifier, sequence(taggedPlain(0, keyIdOf(authority.certificate.publicKey)))),
  ];
  const issuer = nameOf(commonNameOf(authority.certificate));
  const subject = nameOf("Neverland resource API");
  return issue({ ...keys, issuer, subject, validity, extensions, signer: authority.privateKey }, deps);
}

type Order = {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
  readonly signer: KeyObject;
};

function issue(order: Order, { randomBytes }: IssueDeps): CertifiedKey {
  const { publicKey, privateKey, issuer, subject, validity, extensions, signer } = order;
  const algorithm = sequence(oid.ecdsaWithSha256);
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    algorithm,
    issuer,
    sequence(time(validity.fromMs), time(validity.untilMs)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, sequence(...extensions)),
  );
  const signed = sequence(body, algorithm, bits(sign("sha256", body, signer)));
  return {
    certificate: new X509Certificate(signed).toString(),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

/** RFC 7093 §2 (1): of SHA-256, the first 160 bits. */
function keyIdOf(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return createHash("sha256").update(point).digest().subarray(0, 20);
}

function extension(id: Buffer, value: Buffer, isCritical = false): Buffer {
  return sequence(id, ...(isCritical ? [truth(true)] : []), octets(value));
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid.commonName, utf8(commonName))));
}

function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? "";
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? taggedPlain(2, Buffer.from(name, "latin1")) : taggedPlain(7, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  // In its plain spelling, where `::` stands for as many zeros as are missing.
  const { address: plain } = new SocketAddress({ address: address.split("%")[0] ?? "", family: "ipv6" });
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const hex = (high = "0", low = "0") => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : plain;
  const [head = "", tail] = text.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >>> 8, group & 0xff]));
}
