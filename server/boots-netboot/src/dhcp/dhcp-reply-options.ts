// The options of a reply to a machine with a reservation: its network settings, and what it is to boot.

import { isNetmask, mostLabelBytes, mostOptionBytes, oneLine } from "@neverland/api";
import type { DhcpReservation } from "@neverland/machines/machine-card.ts";
import {
  type ClasslessRoute,
  type DhcpOption,
  type Ipv4Address,
  IpxeOption,
  ipv4FromNumber,
  ipv4ToNumber,
  OptionCode,
  PxeOption,
  padOption,
  parseIpv4,
  writeClasslessRoutes,
  writeDomainSearch,
  writeEncapsulated,
  writeIpv4List,
  writeText,
  writeU8,
  writeU32,
} from "@neverland/protocols";
import type { BootPlan } from "../boot-plan.ts";

/** Upstream's default: a week. */
const defaultLeaseSeconds = 604_800;
/** A lease without end (RFC 2131 §3.3). */
const endless = 0xffffffff;
const option = (code: number, value: Uint8Array): DhcpOption => ({ code, value });
const addresses = (code: number, texts: readonly (string | undefined)[]): DhcpOption[] => {
  const usable = texts.map((text) => parseIpv4(text ?? "")).filter((address) => address !== undefined);
  return usable.length === 0 ? [] : [option(code, writeIpv4List(usable))];
};
/** Clients put it into files and scripts as it is. What is cut, here as elsewhere, `interfaceDoubts` says. */
const text = (code: number, value = ""): DhcpOption[] => {
  const line = oneLine(value);
  return line === "" ? [] : [option(code, writeText(line).subarray(0, mostOptionBytes))];
};

/** Options 51, 58 and 59. Not for an INFORM, which asks for no lease. */
export function leaseOptions(reservation: DhcpReservation): DhcpOption[] {
  const lease = leaseSeconds(reservation.lease_time);
  const times = renewalTimes(lease);
  const renewal =
    times === undefined
      ? []
      : [
          option(OptionCode.renewalTime, writeU32(times.renewSeconds)),
          option(OptionCode.rebindingTime, writeU32(times.rebindSeconds)),
        ];
  return [option(OptionCode.leaseTime, writeU32(lease)), ...renewal];
}

/** Options 1, 3, 6, 7, 12, 15, 28, 42, 119 and 121: what the reservation says, and nothing it does not say. */
export function networkOptions(reservation: DhcpReservation, syslog: Ipv4Address | undefined): DhcpOption[] {
  return [
    ...addresses(OptionCode.subnetMask, [netmaskOf(reservation)]),
    // RFC 3442: a client that takes option 121 ignores option 3; one that does not needs it.
    ...addresses(OptionCode.router, [gatewayOf(reservation)]),
    ...addresses(OptionCode.nameServers, reservation.name_servers ?? []),
    ...addresses(OptionCode.logServers, [syslog]),
    ...text(OptionCode.hostName, reservation.hostname),
    ...text(OptionCode.domainName, reservation.domain_name),
    ...broadcastOption(reservation),
    ...addresses(OptionCode.timeServers, reservation.time_servers ?? []),
    ...searchOption(reservation.domain_name),
    ...routesOption(reservation),
  ];
}

/** Options 43, 60, 66, 67 and 175, by the plan. The boot file itself is in the header, unless it does not fit there. */
export function bootOptions(plan: BootPlan, fileFieldBytes: number): DhcpOption[] {
  switch (plan.kind) {
    case "not-asked":
      return [];
    case "operator":
      return [...cString(OptionCode.tftpServerName, plan.server), ...cString(OptionCode.bootFileName, plan.file)];
    case "refused":
      return [...vendorClass(plan.client), ...noProxyWait(plan.client)];
    case "binary":
    case "script": {
      const isPi = plan.kind === "binary" && plan.isRaspberryPi;
      return [
        ...(writeText(oneLine(plan.file)).length >= fileFieldBytes ? cString(OptionCode.bootFileName, plan.file) : []),
        ...(isPi ? [option(OptionCode.vendorClass, writeText("PXEClient"))] : vendorClass(plan.client)),
        option(OptionCode.vendorEncapsulated, isPi ? raspberryPiMenu() : noDiscovery()),
        ...noProxyWait(plan.client),
      ];
    }
  }
}

/** Firmware takes an offer as one for HTTP boot only if it carries the class back (UEFI 2.10 §24.7.3.1). */
function vendorClass(client: string): DhcpOption[] {
  return client === "http" ? [option(OptionCode.vendorClass, writeText("HTTPClient"))] : [];
}

/** Options 66 and 67 and a zero: firmware that takes them for C strings reads on until there is one. */
function cString(code: number, value: string): DhcpOption[] {
  const named = text(code, value);
  return named.length === 0 ? [] : [...named, option(padOption, new Uint8Array(0))];
}

/** What the boot ROM of a Raspberry Pi must find, or it drops the offer and asks again for ever: a menu of one entry (PXE 2.1 §2.3). */
function raspberryPiMenu(): Uint8Array {
  const control: [number, Uint8Array] = [PxeOption.discoveryControl, writeU8(8)];
  const prompt: [number, Uint8Array] = [PxeOption.menuPrompt, Uint8Array.of(0, ...writeText("PXE"))];
  const name = writeText("Raspberry Pi Boot");
  const menu: [number, Uint8Array] = [PxeOption.bootMenu, Uint8Array.of(0, 0, name.length, ...name)];
  return Uint8Array.of(...writeEncapsulated([control, prompt, menu]), 255);
}

/** "Use the boot file here and look for no boot servers", ended as PXE 2.1 wants it. */
function noDiscovery(): Uint8Array {
  return Uint8Array.of(...writeEncapsulated([[PxeOption.discoveryControl, writeU8(8)]]), 255);
}

/** iPXE waits 3 s for a ProxyDHCP server unless it is told that there is none. */
function noProxyWait(client: string): DhcpOption[] {
  if (client !== "ipxe") return [];
  return [option(OptionCode.ipxeEncapsulated, writeEncapsulated([[IpxeOption.noProxyDhcp, writeU8(1)]]))];
}

function netmaskOf({ ip }: DhcpReservation): string | undefined {
  return isNetmask(ip?.netmask ?? "") ? ip?.netmask : undefined;
}

function gatewayOf({ ip }: DhcpReservation): string | undefined {
  return ip?.gateway === ip?.address ? undefined : ip?.gateway;
}

function broadcastOption(reservation: DhcpReservation): DhcpOption[] {
  const address = parseIpv4(reservation.ip?.address ?? "");
  const netmask = parseIpv4(netmaskOf(reservation) ?? "");
  if (address === undefined || netmask === undefined) return [];
  const broadcast = ipv4FromNumber((ipv4ToNumber(address) | ~ipv4ToNumber(netmask)) >>> 0);
  return [option(OptionCode.broadcastAddress, writeIpv4List([broadcast]))];
}

function searchOption(domain: string | undefined): DhcpOption[] {
  const labels = oneLine(domain ?? "")
    .split(".")
    .filter((label) => label !== "");
  if (labels.length === 0 || labels.some((label) => writeText(label).length > mostLabelBytes)) return [];
  return [option(OptionCode.domainSearch, writeDomainSearch([labels.join(".")]))];
}

function routesOption(reservation: DhcpReservation): DhcpOption[] {
  const routes: ClasslessRoute[] = [];
  for (const { destination_descriptor = "", router = "" } of reservation.classless_static_routes ?? []) {
    const [network = "", prefix = ""] = destination_descriptor.split("/");
    const [destination, via] = [parseIpv4(network), parseIpv4(router)];
    const prefixLength = /^\d{1,2}$/.test(prefix) ? Number(prefix) : 33;
    if (destination !== undefined && via !== undefined && prefixLength <= 32)
      routes.push({ destination, prefixLength, router: via });
  }
  const gateway = parseIpv4(gatewayOf(reservation) ?? "");
  // RFC 3442: whoever takes these routes passes over option 3, and would have no way out.
  if (routes.length > 0 && gateway !== undefined && routes.every(({ prefixLength }) => prefixLength > 0))
    routes.push({ destination: ipv4FromNumber(0), prefixLength: 0, router: gateway });
  return routes.length === 0 ? [] : [option(OptionCode.classlessRoutes, writeClasslessRoutes(routes))];
}

/** The reservation's time, or a week where it says nothing usable: a lease of 0 s would be one that nobody can use. */
function leaseSeconds(reserved: number | undefined): number {
  const usable = reserved !== undefined && Number.isInteger(reserved) && reserved > 0 && reserved <= endless;
  return usable ? reserved : defaultLeaseSeconds;
}

/** T1 and T2 in seconds, rounded down (RFC 2131 §4.4.5); undefined for a lease without end. */
function renewalTimes(lease: number): { readonly renewSeconds: number; readonly rebindSeconds: number } | undefined {
  if (lease === endless) return undefined;
  return { renewSeconds: Math.floor(lease / 2), rebindSeconds: Math.floor(lease * 0.875) };
}
