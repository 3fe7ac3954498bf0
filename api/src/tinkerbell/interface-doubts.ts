// What a Hardware's interface says and DHCP cannot tell its machine as it stands (left out of the reply, cut, or replaced), and what is told
// and helps no machine.
import { z } from "zod";
import { type FoundField, fieldSteps, fieldsAt, isSomeAt } from "../field-path.ts";
import { oneLine } from "../one-line.ts";
import { mostLabelBytes } from "./host-name.ts";
import { isNetmask } from "./netmask.ts";

/** @returns What becomes of the value; undefined for one that is told as it is. */
type Rule = (value: unknown) => string | undefined;

const ipv4 = z.regexes.ipv4;
/** RFC 2132: an option's length is one byte; clients that put longer ones together are few. */
export const mostOptionBytes = 255;
/** RFC 2131: four bytes of seconds, of which 0 would be a lease that nobody can use. */
const mostLeaseSeconds = 0xffffffff;

const bytesOf = (text: string): number => Buffer.byteLength(text);
const isSaid = (value: unknown): value is string => typeof value === "string" && value !== "";

const address =
  (what: string): Rule =>
  (value) =>
    isSaid(value) && !ipv4.test(value) ? `${show(value)} is no IPv4 address, so ${what}` : undefined;

const netmask: Rule = (value) =>
  isSaid(value) && ipv4.test(value) && !isNetmask(value)
    ? `${show(value)} is no netmask: its ones do not stand together, so the machine is told none`
    : address("the machine is told no netmask")(value);

/** Linux takes no route by itself. */
const ownGateway: Rule = (value) => {
  const { address, gateway } = Object(value) as { readonly address?: unknown; readonly gateway?: unknown };
  return isSaid(gateway) && gateway === address
    ? `the gateway ${show(gateway)} is the machine's own address, so it is told no gateway`
    : undefined;
};

/** RFC 1122 §3.2.1.3. Networks of two addresses have neither of the special ones (RFC 3021), and one alone has no neighbours. */
const ownNetwork: Rule = (value) => {
  const { address, netmask, gateway } = Object(value) as Readonly<Record<string, unknown>>;
  if (!isSaid(address) || !isSaid(netmask) || !ipv4.test(address) || !isNetmask(netmask)) return undefined;
  const [own, mask] = [numberOf(address), numberOf(netmask)];
  const isSmall = netmask === "255.255.255.254" || netmask === "255.255.255.255";
  if (!isSmall && mask !== 0 && (own & ~mask) === 0)
    return `the address ${show(address)} is that of its network itself, which a machine can hardly use`;
  if (!isSmall && (own | mask) === -1)
    return `the address ${show(address)} is the broadcast address of its network, which no machine can use`;
  const isOutside =
    isSaid(gateway) && ipv4.test(gateway) && gateway !== "0.0.0.0" && ((numberOf(gateway) ^ own) & mask) !== 0;
  return isOutside && netmask !== "255.255.255.255"
    ? `the gateway ${show(gateway)} is not in the network of ${show(address)} with netmask ${netmask}, so most systems take no route by it`
    : undefined;
};

const numberOf = (text: string): number => text.split(".").reduce((bits, byte) => (bits << 8) | Number(byte), 0);

const line: Rule = (value) => {
  if (!isSaid(value)) return undefined;
  const told = oneLine(value);
  if (told === "") return "is nothing that can be seen, so machines are not told it";
  if (told !== value) return "machines are told it as one line, without control characters and outer blanks";
  return undefined;
};

const shortLine: Rule = (value) =>
  isSaid(value) && bytesOf(oneLine(value)) > mostOptionBytes
    ? `is longer than the ${mostOptionBytes} bytes that a DHCP option holds, so machines are told its beginning`
    : line(value);

const domain: Rule = (value) =>
  isSaid(value) && /[^a-z0-9._-]/i.test(oneLine(value))
    ? `${show(value)} has what no domain's name has: letters, digits, "-" and "." are of use`
    : longDomain(value);

const longDomain: Rule = (value) =>
  isSaid(value) && value.split(".").some((label) => bytesOf(label) > mostLabelBytes)
    ? `has a part of more than ${mostLabelBytes} bytes, so machines are told no search list`
    : shortLine(value);

/** What iPXE of Debian loads from; its own variables may stand for any part. */
const ipxeUrl: Rule = (value) =>
  !isSaid(value) || value.includes("${") || /^(https?|tftp|ftp|nfs):\/\/[^/]/i.test(oneLine(value))
    ? line(value)
    : `${show(value)} is no http or https URL, so the machine will hardly load anything from it`;

/** Names of kernels and in-memory systems have the first word; people know the others from packages, Go and Windows. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ...["amd64", "x64", "x86-64", "x86", "i386"].map((name) => [name, "x86_64"] as const),
  ...["arm64", "armv8", "aarch"].map((name) => [name, "aarch64"] as const),
]);

const architecture: Rule = (value) => {
  const meant = isSaid(value) ? otherNames.get(value.toLowerCase()) : undefined;
  return meant === undefined
    ? undefined
    : `the in-memory OS is looked for as vmlinuz-${String(value)}; Linux calls the architecture ${meant}`;
};

const notYet: Rule = (value) =>
  isSaid(value) ? "this server does not serve it yet, so the machine does without" : undefined;

const leaseTime: Rule = (value) => {
  if (value === undefined) return undefined;
  const isUsable = Number.isInteger(value) && Number(value) > 0 && Number(value) <= mostLeaseSeconds;
  return isUsable ? undefined : `${show(value)} is no time from 1 to ${mostLeaseSeconds} seconds, so a week is leased`;
};

const ruleAt: readonly (readonly [path: string, rule: Rule])[] = [
  ["dhcp.ip.address", address("the machine gets none by DHCP")],
  ["dhcp.ip.netmask", netmask],
  ["dhcp.ip.gateway", address("the machine is told no gateway")],
  ["dhcp.ip", ownGateway],
  ["dhcp.ip", ownNetwork],
  ["dhcp.name_servers[]", address("the machine is not told of it")],
  ["dhcp.time_servers[]", address("the machine is not told of it")],
  ["dhcp.lease_time", leaseTime],
  ["dhcp.hostname", shortLine],
  ["dhcp.arch", architecture],
  ["dhcp.domain_name", domain],
  [
    "dhcp.tftp_server_name",
    (value) => shortLine(value) ?? address("firmware that does not read option 66 asks this server instead")(value),
  ],
  ["dhcp.boot_file_name", shortLine],
  ["netboot.ipxe.url", ipxeUrl],
  ["netboot.osie.baseURL", ipxeUrl],
  ["netboot.pxelinux.config", notYet],
  ["netboot.rpi.configTxt", notYet],
  ["netboot.rpi.firmwarePath", notYet],
  ["isoboot.sourceISO", notYet],
];

const rules = ruleAt.map(([path, rule]) => {
  return { path, rule, steps: fieldSteps(path), isBroken: (value: unknown) => rule(value) !== undefined };
});
const cards = fieldSteps("spec.interfaces[]");
const disks = fieldSteps("spec.disks[].device");

/** As Linux names them (`Documentation/admin-guide/devices.rst`), and udev. */
const isPartition = (device: unknown): boolean =>
  isSaid(device) &&
  /^\/dev\/((sd|vd|hd)[a-z]+\d+|(nvme\d+n|mmcblk|nbd|loop)\d+p\d+|disk\/by-[^/]+\/.+-part\d+)$/.test(device);

/** Of each Hardware that is written it is asked, and nearly always told as it stands: nothing is made for that. */
const isDoubtful = (card: unknown): boolean => rules.some(({ steps, isBroken }) => isSomeAt(card, steps, isBroken));

/**
 * @param card An interface, or what is written of one.
 * @param at Where it stands: `spec.interfaces[0]`.
 * @returns A sentence each, without its full stop: `spec.interfaces[0].dhcp.ip.netmask: "/24" is no …`.
 */
export function interfaceDoubts(card: unknown, at: string): string[] {
  if (!isDoubtful(card)) return [];
  return rules.flatMap(({ path, rule }) => fieldsAt(card, path).flatMap((found) => doubtOf(found, rule, at)));
}

/** Of a Hardware, or of what is written of one. */
export function hardwareDoubts(hardware: object): string[] {
  const ofDisks = isSomeAt(hardware, disks, isPartition)
    ? fieldsAt(hardware, "spec.disks[].device").filter(({ value }) => isPartition(value))
    : [];
  const ofCards = isSomeAt(hardware, cards, isDoubtful) ? fieldsAt(hardware, "spec.interfaces[]") : [];
  return [
    ...ofCards.flatMap(({ field, value }) => interfaceDoubts(value, field)),
    ...twice(hardware),
    ...ofDisks.map(
      ({ field, value }) => `${field}: ${show(value)} is a partition's name; an image is for a whole disk`,
    ),
  ];
}

/** A card is known by its address, and the first that has it counts. */
function twice(hardware: object): string[] {
  const cards = fieldsAt(hardware, "spec.interfaces[].dhcp.mac").filter(({ value }) => isSaid(value));
  const firsts = new Map<unknown, string>();
  return cards.flatMap(({ field, value }) => {
    const first = firsts.getOrInsert(value, field);
    return first === field ? [] : [`${field}: ${show(value)} is ${first}, too, which alone is answered`];
  });
}

function doubtOf({ field, value }: FoundField, rule: Rule, at: string): string[] {
  const doubt = rule(value);
  return doubt === undefined ? [] : [`${at}.${field}: ${doubt}`];
}

const mostShown = 60;

/** As JSON, cut where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
