// Alone decides what a machine is to boot: from its architecture (option 93), its classes (60, 77) and its Hardware.

import type { NetbootSettings } from "@neverland/machines/machine-card.ts";
import type { ClientIdentity, Ipv4Address, MacAddress } from "@neverland/protocols";

export interface BootPlanConfig {
  /** Where machines reach our HTTP server, as `http://10.77.0.1:7080`; no slash at the end. */
  readonly httpBaseUrl: string;
  readonly serverAddress: Ipv4Address;
  /** Binaries by option 93's code, before the built-in table. */
  readonly architectureBinaries: ReadonlyMap<number, string>;
}

export type BootPlan =
  /** No firmware that could be netbooted: an installed system, udhcpc in the installation environment. */
  | { readonly kind: "not-asked" }
  | {
      readonly kind: "refused";
      readonly reason: "NetbootNotAllowed" | "UnknownArchitecture";
      readonly client: BootClientKind;
      readonly file: string;
    }
  /** The machine's record names server and file, and nothing of ours is mixed in. */
  | {
      readonly kind: "operator";
      readonly server: string;
      readonly file: string;
      /** Undefined when it is no firmware that asks. */
      readonly client: BootClientKind | undefined;
    }
  | {
      readonly kind: "binary";
      readonly file: string;
      readonly nextServer: Ipv4Address;
      readonly client: BootClientKind;
      /** Its boot ROM looks for words of its own in the offer. */
      readonly isRaspberryPi: boolean;
      /** It does not say what it is, and the file is what a PC's BIOS is given. */
      readonly isTakenForBios: boolean;
    }
  | { readonly kind: "script"; readonly file: string; readonly nextServer: Ipv4Address; readonly client: "ipxe" };

export type BootClientKind = "pxe" | "http" | "ipxe";

const undionly = "undionly.kpxe";
/** For UEFI x86: it drives the card through the firmware, so no card is without a driver. */
const snponly = "snponly.efi";
const arm64 = "snp-arm64.efi";

/** Option 93's codes (RFC 4578 §2.1 and IANA's registry), with upstream's choices. */
const binaries: ReadonlyMap<number, string> = new Map([
  ...[0, 1, 2, 3, 4, 5, 20].map((code) => [code, undionly] as const),
  ...[6, 7, 8, 9, 15, 16, 17].map((code) => [code, snponly] as const),
  // U-Boot (22, by HTTP 24) starts programs of UEFI.
  ...[10, 11, 18, 19, 22, 24, 41].map((code) => [code, arm64] as const),
]);

/** ROMs from before RFC 4578 say no architecture: there was no other. */
const bios = 0;

/** `CONFIG_BOOTP_VCI_STRING`, and the code that each has in IANA's registry. */
const uBoots: ReadonlyMap<string, number> = new Map([
  ["U-Boot.armv8", 22],
  ["U-Boot.armv7", 21],
  ["U-Boot.arm", 21],
]);

/** Cards of Raspberry Pi computers announce an architecture that is not theirs. Prefixes as IEEE has them registered. */
const raspberryPi = {
  prefixes: ["28:cd:c1", "2c:cf:67", "3a:35:41", "88:a2:9e", "b8:27:eb", "d8:3a:dd", "dc:a6:32", "e4:5f:01"],
  architecture: 41,
};

/** User classes of an iPXE. `Tinkerbell` is upstream's own build; ours is Debian's, so plain `iPXE` is at its last stage too. */
const ipxeUserClasses = ["iPXE", "Tinkerbell"];

export interface BootSubject {
  readonly mac: MacAddress;
  readonly netboot: NetbootSettings | null | undefined;
  readonly tftpServerName: string | undefined;
  readonly bootFileName: string | undefined;
}

export function planBoot(client: ClientIdentity, subject: BootSubject, config: BootPlanConfig): BootPlan {
  const kind = bootClientKind(client);
  if (subject.tftpServerName && subject.bootFileName)
    return { kind: "operator", server: subject.tftpServerName, file: subject.bootFileName, client: kind };
  if (kind === undefined) return { kind: "not-asked" };
  const refused = { kind: "refused", client: kind, file: refusedFile(kind, subject, config) } as const;
  if (subject.netboot?.allowPXE !== true) return { ...refused, reason: "NetbootNotAllowed" };
  const nextServer = config.serverAddress;
  if (kind === "ipxe") return { kind: "script", file: scriptUrl(subject, config), nextServer, client: kind };
  const own = subject.netboot.ipxe?.binary;
  const binary = own || binaryFor(client, kind, subject.mac, config);
  if (binary === undefined) return { ...refused, reason: "UnknownArchitecture" };
  const file = kind === "http" ? `${config.httpBaseUrl}/ipxe/binary/${subject.mac}/${binary}` : binary;
  return {
    kind: "binary",
    file,
    nextServer,
    client: kind,
    isRaspberryPi: kind === "pxe" && isRaspberryPiRom(client, subject.mac),
    isTakenForBios: !own && !isRaspberryPiRom(client, subject.mac) && announcedArchitecture(client) === undefined,
  };
}

/**
 * Firmware that asks to be netbooted says so in option 60; some leave out 93 or 94, which RFC 4578 wants beside it, and some 60 itself. U-Boot
 * has a class of its own unless its environment says another.
 */
function bootClientKind(client: ClientIdentity): BootClientKind | undefined {
  const { vendorClass, architecture } = client;
  const isHttp = vendorClass.startsWith("HTTPClient");
  const isPxe = /^(PXEClient|U-Boot)/.test(vendorClass) || (vendorClass === "" && architecture !== undefined);
  if (!isHttp && !isPxe) return undefined;
  if (client.userClasses.some((userClass) => ipxeUserClasses.includes(userClass))) return "ipxe";
  return isHttp ? "http" : "pxe";
}

/**
 * A file that nobody has. Firmware that is refused its file goes on to the next boot entry at once. UEFI's HTTP boot takes only a URL for a
 * file: an offer without one it drops, and asks again for a minute.
 */
function refusedFile(kind: BootClientKind, { mac }: BootSubject, config: BootPlanConfig): string {
  const name = "/netboot-not-allowed";
  return kind === "http" ? `${config.httpBaseUrl}/ipxe/binary/${mac}${name}` : name;
}

function binaryFor(
  client: ClientIdentity,
  kind: BootClientKind,
  mac: MacAddress,
  config: BootPlanConfig,
): string | undefined {
  const said = announcedArchitecture(client) ?? (kind === "pxe" ? bios : undefined);
  const architecture = isRaspberryPiRom(client, mac) ? raspberryPi.architecture : said;
  if (architecture === undefined) return undefined;
  return config.architectureBinaries.get(architecture) ?? binaries.get(architecture);
}

/** Its boot ROM. UEFI and U-Boot on a Pi have the same MAC, and say what they are. */
function isRaspberryPiRom(client: ClientIdentity, mac: MacAddress): boolean {
  const said = announcedArchitecture(client) ?? bios;
  const isPi = raspberryPi.prefixes.some((prefix) => mac.startsWith(prefix));
  return isPi && (said === bios || said === raspberryPi.architecture);
}

/** By option 93; else by option 60, as PXE 2.1 has it (`PXEClient:Arch:00007:UNDI:003016`) or U-Boot (`U-Boot.armv8`). */
export function announcedArchitecture({ architecture, vendorClass }: ClientIdentity): number | undefined {
  const named = /^[A-Z]+Client:Arch:(\d{1,5})(?::|$)/.exec(vendorClass)?.[1];
  return architecture ?? (named === undefined ? uBoots.get(vendorClass) : Number(named));
}

function scriptUrl({ mac, netboot }: BootSubject, config: BootPlanConfig): string {
  return netboot?.ipxe?.url || `${config.httpBaseUrl}/ipxe/script/${mac}/auto.ipxe`;
}
