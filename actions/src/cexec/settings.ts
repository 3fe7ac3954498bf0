// cexec's settings: environment or flags of its upstream namesake; a flag wins.
import { ActionError } from "../program/action-error.ts";
import { type Environment, EnvironmentReader } from "../program/environment.ts";

export type Settings = {
  readonly device: string;
  readonly fsType: string;
  readonly commandLine: string;
  readonly isChroot: boolean;
  /** `/bin/sh -c`: the whole command line is then its one last argument. */
  readonly interpreter: string | undefined;
  readonly withResolvConf: boolean;
};

/** Exit codes that upstream gives, and that a template's author may know. */
export const exitCodes = { flags: 10, missing: 20, run: 30 } as const;

const flagVariables: ReadonlyMap<string, string> = new Map([
  ["block-device", "BLOCK_DEVICE"],
  ["fs-type", "FS_TYPE"],
  ["cmd-line", "CMD_LINE"],
  ["chroot", "CHROOT"],
  ["default-interpreter", "DEFAULT_INTERPRETER"],
  ["update-resolv-conf", "UPDATE_RESOLV_CONF"],
  ["json-output", "JSON_OUTPUT"],
  ["json-outout", "JSON_OUTPUT"],
]);
const flagsWithoutValue = new Set(["UPDATE_RESOLV_CONF", "JSON_OUTPUT"]);

/** @throws {ActionError} `environment`, with exit code 10 for flags and 20 for values. */
export function readSettings(environment: Environment, args: readonly string[]): Settings {
  const reader = new EnvironmentReader({ ...environment, ...readFlags(args) });
  const settings = {
    device: reader.required("BLOCK_DEVICE", "the path of a partition, such as /dev/sda1"),
    fsType: reader.required("FS_TYPE", "the type of its file system, such as ext4"),
    commandLine: reader.required("CMD_LINE", "the command to run"),
    isChroot: reader.optional("CHROOT") !== undefined,
    interpreter: reader.optional("DEFAULT_INTERPRETER"),
    withResolvConf: reader.boolean("UPDATE_RESOLV_CONF", false),
  };
  reader.check(exitCodes.missing);
  return settings;
}

/** `-flag value`, `-flag=value`, with one dash or two. */
function readFlags(args: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, flag = "", inline] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const variable = flagVariables.get(flag);
    const value = inline ?? (flagsWithoutValue.has(variable ?? "") ? "true" : rest.shift());
    if (variable === undefined || value === undefined) {
      const known = [...flagVariables.keys()].map((name) => `-${name}`).join(", ");
      const sentence = `"${arg}" is no flag of cexec, or lacks its value. The flags are ${known}`;
      throw new ActionError("environment", sentence, { exitCode: exitCodes.flags });
    }
    values[variable] = value;
  }
  return values;
}
