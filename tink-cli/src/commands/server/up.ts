// tink up: everything in one process, in the foreground. Its flags are made of the components' settings.
import type { Given, GivenValue } from "@neverland/component-kit/read-settings.ts";
import { flagGroups, flagName, type NamedSetting } from "@neverland/component-kit/setting.ts";
import { allSettings, defaultConfigFile, readServerConfig } from "@neverland/tink-up/config.ts";
import { giveHeapRoom } from "@neverland/tink-up/heap-room.ts";
import { type Command, Option } from "commander";
import { defaultDataDir } from "../../connection/connection.ts";
import type { CliContext } from "../../context.ts";
import { version } from "../../version.ts";

/** After this long a stop no longer waits for transfers and calls that are under way. */
const stopDeadlineMs = 10_000;

export function configure(command: Command, context: CliContext): void {
  command.addOption(
    new Option(
      "--config <file>",
      `settings (YAML); config.d/*.yaml beside it go before it, TINK_… variables before those, flags before all (default: ${defaultConfigFile}, where it is there)`,
    ).helpGroup("Folders:"),
  );
  command.addOption(
    new Option("--build", "before the start make what machines boot and get, where the data folder has none").helpGroup(
      "Folders:",
    ),
  );
  const options = new Map(allSettings.flatMap((one) => optionOf(one)));
  const inGroup = Map.groupBy(options.values(), ({ helpGroupHeading }) => helpGroupHeading);
  for (const option of flagGroups.flatMap((group) => inGroup.get(group) ?? [])) command.addOption(option);
  command.action(async () => {
    const endHeapRoom = giveHeapRoom();
    try {
      await runServer(command, options, context);
    } finally {
      endHeapRoom();
    }
  });
}

function optionOf({ path, setting }: NamedSetting): [string, Option][] {
  const { flag, form, effect } = setting;
  if (flag === undefined) return [];
  const isRepeated = form === "list" && flag.separator === undefined;
  const said = `${flag.help ?? effect}${isRepeated ? "; may be repeated" : ""}${defaultOf(setting)}`;
  const option = new Option(flag.form, said).helpGroup(flag.group);
  if (flag.hidden) option.hideHelp();
  if (form === "list")
    option.argParser((text: string, all: string[] = []) => [
      ...all,
      ...(flag.separator === undefined ? [text] : text.split(flag.separator)),
    ]);
  return [[path, option]];
}

/** ` (default: 7080)`; nothing for a switch. */
function defaultOf({ form, schema, fallback }: NamedSetting["setting"]): string {
  if (form === "truth") return "";
  const value = fallback ?? schema.safeParse(undefined).data;
  return typeof value === "string" || typeof value === "number" ? ` (default: ${value})` : "";
}

async function runServer(command: Command, options: ReadonlyMap<string, Option>, context: CliContext): Promise<void> {
  const { env, isRoot, signal } = context;
  // Whatever is made from here on is this user's alone: it holds every machine's secrets.
  process.umask(0o077);
  const { config: configFile, build } = command.opts<{ config?: string; build?: true }>();
  const flags = givenByFlags(command, options);
  const config = await readServerConfig({ dataDir: defaultDataDir(env, isRoot), configFile, env, flags });
  if (build) await (await import("../../artifacts.ts")).buildServed(config.shared.dataDir, context);
  // Only here: no other command needs the server's weight to start.
  const { openLog, startServer } = await import("@neverland/tink-up");
  const { log, note, flush } = openLog(config.server.log.level);
  process.once("exit", flush);
  try {
    const server = await startServer(config, { signal, version, log, note });
    context.stdout(`${JSON.stringify({ event: "ready", ...server.addresses })}\n`);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await server.stop(AbortSignal.timeout(stopDeadlineMs));
  } finally {
    flush();
    process.off("exit", flush);
  }
}

/** `--data-dir` may also stand before `up`. */
function givenByFlags(command: Command, options: ReadonlyMap<string, Option>): Given {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  return new Map(
    [...options].flatMap(([path, option]): [string, GivenValue][] => {
      const name = option.attributeName();
      const isGiven = command.getOptionValueSourceWithGlobals(name) === "cli";
      return isGiven ? [[path, { from: "flag", value: values[name], name: flagName({ form: option.flags }) }]] : [];
    }),
  );
}
