// A machine whose only addresses are none that anything here can boot it with.
import { fieldsAt, type Hardware } from "@neverland/api";
import type { Goal } from "./goal.ts";

const ipv4Pattern = /^\d+\.\d+\.\d+\.\d+$/;

/** `undefined` where that is not so: without any address another DHCP server may give one. */
export function addressGoal(hardware: Hardware): Goal | undefined {
  const values = fieldsAt(hardware, "spec.interfaces[].dhcp.ip.address").map(({ value }) => value);
  const addresses = values.filter((value) => typeof value === "string" && value !== "");
  if (addresses.length === 0 || addresses.some((address) => ipv4Pattern.test(String(address)))) return undefined;
  const message = `machines boot by IPv4 alone, and ${addresses.join(", ")} is none: give the interface an IPv4 address`;
  return { is: "stalled", reason: "NoIPv4Address", message };
}
