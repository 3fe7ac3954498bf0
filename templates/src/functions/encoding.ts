// sprig: base64, base32 and the one checksum that needs no cryptography.
import { fn, type GoFunction, string } from "./signature.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Go's message when the text cannot be decoded, as the text: so sprig has it. */
function decodeBase64(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  const bad = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(compact)?.[0].length ?? 0;
  return bad === compact.length ? atob(compact) : `illegal base64 data at input byte ${badByte(compact, bad)}`;
}

/** The first byte that is not of the alphabet, or else where the last quantum stops making sense. */
function badByte(text: string, from: number): number {
  const wrong = text.slice(from).search(/[^A-Za-z0-9+/]/);
  if (wrong >= 0) return from + wrong;
  return Math.floor(text.length / 4) * 4;
}

function encodeBase32(bytes: string): string {
  let bits = "";
  for (const char of bytes) bits += char.charCodeAt(0).toString(2).padStart(8, "0");
  const digits = (bits.match(/.{1,5}/g) ?? []).map((group) => BASE32[Number.parseInt(group.padEnd(5, "0"), 2)] ?? "");
  const text = digits.join("");
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

function decodeBase32(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  const valid = /^(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?/.exec(compact);
  const length = valid?.[0].length ?? 0;
  if (length !== compact.length) return `illegal base32 data at input byte ${length}`;
  const bits = Array.from(compact.replace(/=+$/, ""), (char) => BASE32.indexOf(char).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  return bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join("");
}

function adler32(bytes: string): string {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length; i++) {
    a = (a + bytes.charCodeAt(i)) % 65521;
    b = (b + a) % 65521;
  }
  return String(b * 65536 + a);
}

export const encodingFunctions: Readonly<Record<string, GoFunction>> = {
  b64enc: fn([string], string, (bytes) => btoa(bytes)),
  b64dec: fn([string], string, decodeBase64),
  b32enc: fn([string], string, encodeBase32),
  b32dec: fn([string], string, decodeBase32),
  adler32sum: fn([string], string, adler32),
};
