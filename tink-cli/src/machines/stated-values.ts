// What the options of `tink machine add` say: whether a machine can use it, and how it differs from what is there already.
import { fieldsAt, formatPath, hardwareDoubts, hardwareFaults } from "@neverland/api";
import { CliError } from "../cli-error.ts";

/** The nearest first: a longer path before one that it begins with. */
const optionOf: readonly (readonly [path: string, option: string])[] = [
  ["spec.interfaces[].dhcp.mac", "--mac"],
  ["spec.interfaces[].dhcp.hostname", "its name"],
  ["spec.interfaces[].dhcp.ip.gateway", "--gateway"],
  ["spec.interfaces[].dhcp.name_servers", "--gateway"],
  ["spec.interfaces[].dhcp.ip", "--ip"],
  ["spec.disks[].device", "--disk"],
];

/** @param hardware As the options make it. @throws {CliError} `usage`, with a line for each option that no machine could use. */
export function checkStated(hardware: object): void {
  const faults = hardwareFaults(hardware).map(({ path, message }) => [formatPath(path), message] as const);
  const doubts = hardwareDoubts(hardware).map((doubt) => splitAt(doubt, doubt.indexOf(": ")));
  const said = new Map<string, string>();
  for (const [field, message] of [...faults, ...doubts]) {
    // What a gateway is to its address is said of both, in one field.
    const whole = message.startsWith("the gateway ") ? `${field}.gateway` : field;
    const path = whole.replaceAll(/\[\d+\]/g, "[]");
    const option = optionOf.find(([start]) => path.startsWith(start))?.[1] ?? field;
    if (!said.has(option)) said.set(option, `${option}: ${message}`);
  }
  if (said.size > 0) throw new CliError("usage", [...said.values()].join("\n"));
}

function splitAt(text: string, at: number): readonly [string, string] {
  return [text.slice(0, at), text.slice(at + 2)];
}

const statedAt: readonly (readonly [option: string, path: string])[] = [
  ["--mac", "spec.interfaces[].dhcp.mac"],
  ["--ip", "spec.interfaces[].dhcp.ip.address"],
  ["--ip", "spec.interfaces[].dhcp.ip.netmask"],
  ["--gateway", "spec.interfaces[].dhcp.ip.gateway"],
  ["--disk", "spec.disks[].device"],
  ["--ssh-key", "spec.metadata.instance.ssh_keys[]"],
  ["--mac", "spec.hardwareMap.device_1"],
  ["--boot-server", "spec.hardwareMap.server"],
];

/**
 * Of a Hardware or a Workflow. @param passedOver Options that nobody typed.
 * @returns A line each: `--disk: /dev/sda is there, /dev/vda was asked for`.
 */
export function differencesOf(made: object, found: object, passedOver: ReadonlySet<string>): string[] {
  return statedAt.flatMap(([option, path]) => {
    const [is, asked] = [textAt(found, path), textAt(made, path)];
    return is === asked || passedOver.has(option)
      ? []
      : [`${option}: ${shown(is)} is there, ${shown(asked)} was asked for`];
  });
}

function textAt(object: object, path: string): string {
  return fieldsAt(object, path)
    .map(({ value }) => String(value))
    .filter((value) => value !== "")
    .sort()
    .join(", ");
}

/** Keys differ at their end. */
function shown(text: string): string {
  return text.length > 60 ? `…${text.slice(-59)}` : text || "nothing";
}
