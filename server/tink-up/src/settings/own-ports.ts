// Ports that two of our own settings name: the second to listen would find that tink up itself has it.
import type { Settings } from "@neverland/component-kit/read-settings.ts";

type Door = {
  readonly path: string;
  readonly port: number;
  /** Undefined for the addresses of the interfaces that are named. */
  readonly host: string | undefined;
  readonly protocol: "TCP" | "UDP";
};

const loopback = "127.0.0.1";

/** @returns A sentence for each setting whose port one before it has. */
export function portProblems(settings: Settings): string[] {
  // One that is any free port is nobody else's.
  const doors = doorsOf(settings).filter(({ port }) => port !== 0);
  return doors.flatMap((door, at) => {
    const taken = doors.slice(0, at).find((other) => areTheSame(door, other));
    return taken === undefined ? [] : [sentenceOf(settings, door, taken)];
  });
}

function doorsOf(settings: Settings): Door[] {
  const value = <T>(path: string): T => settings.get(path) as T; // as the schemas of these settings read them
  const only = value<readonly string[] | undefined>("only");
  const runs = (...names: readonly string[]): boolean => names.some((name) => only?.includes(name) ?? true);
  const isOnLinks = value<readonly string[]>("boots.interfaces").length > 0;
  const host = value<string | undefined>("boots.listen") ?? (isOnLinks ? undefined : loopback);
  const door = (protocol: Door["protocol"], path: string, isOpen: boolean): Door[] => {
    const port = value<number | undefined>(path);
    return isOpen && port !== undefined ? [{ path, port, host, protocol }] : [];
  };
  const answers = runs("boots") && isOnLinks;
  const hasHttp = runs("boots", "hegel", "registry");
  const api = value<{ readonly host: string; readonly port: number }>("api.listen");
  return [
    ...door("UDP", "boots.dhcp.port", answers && value<boolean>("boots.dhcp.enabled")),
    ...door("UDP", "boots.tftp.port", answers),
    ...door("TCP", "boots.http.port", hasHttp),
    ...door("TCP", "boots.http.alsoPort", hasHttp),
    ...door("TCP", "tinkServer.port", runs("tink-server")),
    ...(runs("api") ? [{ ...api, path: "api.listen", protocol: "TCP" } as const] : []),
  ];
}

function areTheSame(one: Door, other: Door): boolean {
  const hosts = [one.host, other.host];
  const meet = one.host === other.host || hosts.includes("0.0.0.0") || hosts.includes("::");
  return one.protocol === other.protocol && one.port === other.port && meet;
}

function sentenceOf(settings: Settings, { path, port, protocol }: Door, taken: Door): string {
  // The place is of the one that somebody chose.
  const [told, other] = settings.isGiven(path) ? [path, taken.path] : [taken.path, path];
  const both = `${settings.nameOf(told)} and ${settings.nameOf(other, told)} both name ${protocol} port ${port}`;
  return `${settings.placeOf(told)}${both}; give one of them another port`;
}
