// Reads the values of options that are addresses.
import { isIPv4 } from "node:net";
import { parseMac } from "@neverland/protocols";
import { InvalidArgumentError } from "commander";

/** As DHCP servers, switches and stickers spell it: by colons, dashes or dots, in pairs or fours, or all in one. @returns As it is kept. */
export function macOf(text: string): string | undefined {
  return parseMac(text) ?? parseMac(text.replaceAll(".", ":"));
}

/** For an option that takes a MAC. @throws {InvalidArgumentError} */
export function readMac(text: string): string {
  const mac = macOf(text.trim());
  if (mac !== undefined) return mac;
  throw new InvalidArgumentError("Expected a MAC address, such as 52:54:00:12:34:56.");
}

/** For an option that takes where machines reach a server. @returns `ADDRESS:PORT`. @throws {InvalidArgumentError} */
export function readEndpoint(defaultPort: number): (text: string) => string {
  return (text) => {
    const [address = "", port = String(defaultPort), ...rest] = text.split(":");
    const isPort = /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536;
    if (isIPv4(address) && isPort && rest.length === 0) return `${address}:${port}`;
    throw new InvalidArgumentError(
      `Expected an IPv4 address, and perhaps a port, such as 192.168.1.2:${defaultPort}: machines may have no DNS when they ask.`,
    );
  };
}
