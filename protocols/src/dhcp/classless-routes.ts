// Option 121, classless static routes (RFC 3442): only as many bytes of the destination as its prefix needs.
import { type Ipv4Address, ipv4FromBytes, ipv4ToBytes } from "../ip/address.ts";
import { PacketError } from "../packet-error.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";

export interface ClasslessRoute {
  readonly destination: Ipv4Address;
  /** 0 to 32. */
  readonly prefixLength: number;
  readonly router: Ipv4Address;
}

/** @throws {PacketError} `truncated` or `malformed`. */
export function readClasslessRoutes(value: Uint8Array): ClasslessRoute[] {
  const r = new Reader(value);
  const routes: ClasslessRoute[] = [];
  while (r.remaining > 0) {
    const prefixLength = r.u8("prefix length");
    if (prefixLength > 32) throw new PacketError("malformed", `route: prefix length ${prefixLength} is more than 32`);
    const significant = r.bytes(Math.ceil(prefixLength / 8), "route's destination");
    const destination = ipv4FromBytes(Uint8Array.of(...significant, ...new Uint8Array(4 - significant.length)));
    routes.push({ destination, prefixLength, router: ipv4FromBytes(r.bytes(4, "route's router")) });
  }
  return routes;
}

export function writeClasslessRoutes(routes: readonly ClasslessRoute[]): Uint8Array {
  const w = new Writer();
  for (const { destination, prefixLength, router } of routes) {
    const significant = ipv4ToBytes(destination).subarray(0, Math.ceil(prefixLength / 8));
    w.u8(prefixLength).bytes(significant).bytes(ipv4ToBytes(router));
  }
  return w.toBytes();
}
