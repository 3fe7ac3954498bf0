// What a Hardware may not say, though its form is right: addresses, names and numbers that are none. No machine could use them,
// and who has typed one wants to hear of it there and then.
import { z } from "zod";
import { member } from "../json-value.ts";
import { whyNoHostName } from "./host-name.ts";
import { show } from "./interface-doubts.ts";
import { isNetmask, netmaskOf } from "./netmask.ts";

/** A value that is refused, and why: a text to stand behind the field's name. */
export type ValueFault = { readonly path: readonly PropertyKey[]; readonly message: string };

type Rule = (text: string) => string | undefined;

/** Those that DHCP tells no machine are kept, for whoever serves IPv6. */
const isAddress = (text: string): boolean => z.regexes.ipv4.test(text) || z.regexes.ipv6.test(text);
/** Who has more of them reads no further; finding each costs a text. */
const mostFound = 100;

const address: Rule = (text) => {
  if (isAddress(text)) return undefined;
  const bare = text.trim();
  if (bare !== text && isAddress(bare))
    return `expected an address, found ${show(text)}: take away the blanks around it`;
  const [before = "", length = ""] = bare.split("/");
  if (isAddress(before) && length !== "") {
    const mask = maskOf(length);
    const where = mask === undefined ? "" : `, and the length as netmask: ${mask}`;
    return `expected an address, found ${show(text)}: write ${before}${where}`;
  }
  return `expected an address such as 192.0.2.10, found ${show(text)}`;
};

/** RFC 1122 §3.2.1.3, RFC 1112 §4: 0.0.0.0/8 is who has none yet, from 224.0.0.0 on are groups, what is reserved, and everybody. */
const machineAddress: Rule = (text) => {
  const first = z.regexes.ipv4.test(text) ? Number(text.split(".")[0]) : 1;
  if (first > 0 && first < 224) return address(text);
  return `expected an address that a machine can have, such as 192.0.2.10, found ${show(text)}`;
};

/** IEEE 802 §8.2: the lowest bit of the first octet is of groups, and of everybody. Its form is the schema's to judge. */
const cardAddress: Rule = (text) => {
  const first = /^([0-9a-f]{2})(:[0-9a-f]{2}){5}$/.test(text) ? Number.parseInt(text, 16) : 0;
  if (text === "ff:ff:ff:ff:ff:ff") return `${text} is everybody's address, and no card's: ${cardHint}`;
  if (text === "00:00:00:00:00:00") return `${text} is no card's address: ${cardHint}`;
  return first % 2 === 0
    ? undefined
    : `${text} is a group's address (its first octet is odd), and no card's: ${cardHint}`;
};
const cardHint = "write that of the card that the machine boots from, such as 52:54:00:00:00:01";

/** Names are not looked up: DHCP tells addresses. */
const serverAddress: Rule = (text) => {
  const fault = address(text);
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.?$/i.test(text) && /[a-z]/i.test(text);
  return fault !== undefined && isName ? `${fault}; DHCP tells machines addresses, no names` : fault;
};

const netmask: Rule = (text) => {
  if (isNetmask(text) || z.regexes.ipv6.test(text)) return undefined;
  if (z.regexes.ipv4.test(text)) return `expected a netmask, found ${show(text)}: its ones do not stand together`;
  const bare = text.trim();
  const mask = isNetmask(bare) ? bare : maskOf(bare.replace(/^\//, ""));
  return `expected a netmask such as 255.255.255.0, found ${show(text)}${mask === undefined ? "" : `: write ${mask}`}`;
};

const hostName: Rule = (text) => {
  const why = whyNoHostName(text);
  return why === undefined
    ? undefined
    : `expected a host name of letters, digits, '-' and '.', found ${show(text)}: ${why}`;
};

/** IEEE 802.1Q §9.6: twelve bits, of which the last is reserved; upstream takes 4096, too. */
const vlanIds: Rule = (text) =>
  text.split(",").every((id) => Number(id) <= 4096)
    ? undefined
    : `expected a VLAN id from 0 to 4096, found ${show(text)}`;

const rules: readonly (readonly [path: readonly string[], rule: Rule])[] = [
  [["dhcp", "mac"], cardAddress],
  [["dhcp", "ip", "address"], machineAddress],
  [["dhcp", "ip", "netmask"], netmask],
  [["dhcp", "ip", "gateway"], address],
  [["dhcp", "hostname"], hostName],
  [["dhcp", "vlan_id"], vlanIds],
  [["dhcp", "name_servers"], serverAddress],
  [["dhcp", "time_servers"], serverAddress],
];

/** A path of Linux. `/dev` is not asked for: images mount what they want. */
const diskPath: Rule = (text) => {
  if (text.startsWith("/")) return undefined;
  const name = /^\s*([a-z][\w-]{0,59}(?:\/[\w:.-]{1,100})*)\s*$/.exec(text)?.[1];
  return `expected a disk's path such as /dev/sda, found ${show(text)}${name === undefined ? "" : `: write /dev/${name}`}`;
};

/** Of a Hardware, or of what is written of one. What is empty says nothing, and is no fault. */
export function hardwareFaults(hardware: object): ValueFault[] {
  const found: ValueFault[] = [];
  const disks = member(member(hardware, "spec"), "disks");
  if (Array.isArray(disks))
    for (let at = 0; at < disks.length; at += 1)
      tell(member(disks[at], "device"), diskPath, () => ["spec", "disks", at, "device"], found);
  const interfaces = member(member(hardware, "spec"), "interfaces");
  if (!Array.isArray(interfaces)) return found;
  // Every Hardware that is written is asked, and nearly all are right: paths are made for what is found.
  for (let at = 0; at < interfaces.length; at += 1)
    for (const [path, rule] of rules) {
      const value = path.reduce<unknown>(member, interfaces[at]);
      if (!Array.isArray(value)) tell(value, rule, () => ["spec", "interfaces", at, ...path], found);
      else
        for (let n = 0; n < value.length; n += 1)
          tell(value[n], rule, () => ["spec", "interfaces", at, ...path, n], found);
    }
  return found;
}

function tell(value: unknown, rule: Rule, path: () => readonly PropertyKey[], found: ValueFault[]): void {
  if (typeof value !== "string" || value === "" || found.length >= mostFound) return;
  const message = rule(value);
  if (message !== undefined) found.push({ path: path(), message });
}

/** @param length Of the prefix, as text. */
function maskOf(length: string): string | undefined {
  return /^\d{1,2}$/.test(length) && Number(length) <= 32 ? netmaskOf(Number(length)) : undefined;
}
