// Masks of IPv4 networks.
import { z } from "zod";

/** RFC 4632 §3.1: machines take no other. */
export function isNetmask(text: string): boolean {
  if (!z.regexes.ipv4.test(text)) return false;
  const hosts = text.split(".").reduce((bits, byte) => bits * 256 + (255 - Number(byte)), 0);
  return Number.isInteger(Math.log2(hosts + 1));
}

/** @param prefixLength 0 to 32. 20: `255.255.240.0`. */
export function netmaskOf(prefixLength: number): string {
  const bits = prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}
