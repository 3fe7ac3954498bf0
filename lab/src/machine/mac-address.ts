// MAC addresses of lab machines: parsed once, made up without asking anybody.
import { LabError } from "../lab-error.ts";

/** Lower case with colons, unicast. */
export type MacAddress = string & { readonly brand: "MacAddress" };

/** @throws {LabError} `bad-spec` when it is no unicast address. */
export function parseMacAddress(text: string): MacAddress {
  const mac = text.toLowerCase().replaceAll("-", ":");
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac))
    throw new LabError(
      "bad-spec",
      `MAC address ${JSON.stringify(text)} is not six bytes in hexadecimal; write it as 02:00:00:00:00:01`,
    );
  // The lowest bit of the first byte marks a group address (IEEE 802), which no machine can own.
  if ((Number.parseInt(mac.slice(0, 2), 16) & 1) === 1)
    throw new LabError(
      "bad-spec",
      `MAC address ${mac} is a multicast address; use one whose first byte is even, such as 02`,
    );
  return mac as MacAddress;
}

/** The `index`-th address of the locally administered block that labs use. @param index From 0 to 65535. */
export function labMacAddress(index: number): MacAddress {
  const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
  return parseMacAddress(`02:4c:41:42:${hex((index >> 8) & 0xff)}:${hex(index & 0xff)}`);
}
