// What `tink up` can be told: the settings of every component, read from what files, environment and flags say.
import { type Section, valuesOf } from "@neverland/component-kit/component.ts";
import { type Given, readSettings, type Settings } from "@neverland/component-kit/read-settings.ts";
import { type NamedSetting, settingsOf, type ValuesOf } from "@neverland/component-kit/setting.ts";
import { type SharedValues, sharedSettings } from "@neverland/component-kit/shared-settings.ts";
import { checkDataDir } from "@neverland/platform/files/data-dir.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { faultsOf, messagesOf } from "../all-faults.ts";
import { components } from "../components.ts";
import { defaultConfigFile, readConfigFiles } from "./config-files.ts";
import { type Environment, givenByEnvironment, mistypedVariables } from "./environment.ts";
import { serverProblems, serverSettings, serverWarnings } from "./server-settings.ts";

export { defaultConfigFile };

export type ServerConfig = {
  readonly settings: Settings;
  readonly shared: SharedValues;
  /** What concerns the process, and no one component. */
  readonly server: ValuesOf<typeof serverSettings>;
  /** What is probably not meant as it is, a sentence each. */
  readonly warnings: readonly string[];
};

export type ConfigSources = {
  /** Where data is kept when nobody says. */
  readonly dataDir: string;
  /** What `--config` names. */
  readonly configFile?: string | undefined;
  readonly env: Environment;
  readonly flags: Given;
};

const dataDirPath = "dataDir";
const shared: Section = { path: "", settings: sharedSettings };
const server: Section = { path: "", settings: serverSettings, problems: serverProblems };
const sections: readonly Section[] = [shared, server, ...components];

/** Every setting there is, by path. */
export const allSettings: readonly NamedSetting[] = sections.flatMap(({ settings, path }) =>
  settingsOf(settings, path),
);

/**
 * Flags go before the environment, that before the files of `config.d`, those before the file, that before the defaults.
 * @throws {ServerError} `bad-config`, naming all that is wrong.
 */
export async function readServerConfig({ dataDir, configFile, env, flags }: ConfigSources): Promise<ServerConfig> {
  const defaults: Given = new Map([[dataDirPath, { from: "default", value: dataDir, name: "dataDir" }]]);
  const files = await readConfigFiles(allSettings, namedFile(configFile, env));
  const sources = [defaults, ...files.given, givenByEnvironment(allSettings, env), flags];
  const { settings, problems } = readSettings(allSettings, sources);
  const wrong = [...files.problems, ...problems];
  // Between values, only where each is good for itself.
  const all = wrong.length > 0 ? wrong : sections.flatMap((section) => section.problems?.(settings) ?? []);
  const mistyped = mistypedVariables(allSettings, env);
  if (all.length > 0) {
    // Told alone when it is the only one, by who makes the folder.
    all.push(...(await dataDirProblems(settings)));
    // What is left out by a slip may be why another value is wrong.
    const besides = mistyped.map((warning) => `\nbesides, ${warning}`).join("");
    throw new ServerError("bad-config", `tink up: ${joined(all, files.given.length > 0)}${besides}`);
  }
  const process = valuesOf(server, settings) as ServerConfig["server"];
  return {
    settings,
    // Both are read by the very trees that their types are made of.
    shared: valuesOf(shared, settings) as SharedValues,
    server: process,
    warnings: [...files.warnings, ...mistyped, ...serverWarnings(process)],
  };
}

async function dataDirProblems(settings: Settings): Promise<string[]> {
  const folder = settings.get(dataDirPath);
  return typeof folder === "string" ? messagesOf(await faultsOf([async () => await checkDataDir(folder)])) : [];
}

function namedFile(file: string | undefined, { TINK_CONFIG }: Environment) {
  if (file !== undefined) return { file, name: "--config" };
  return TINK_CONFIG ? { file: TINK_CONFIG, name: "TINK_CONFIG" } : undefined;
}

/** A line each where there are files, so that an editor can go to every place. */
function joined(problems: readonly string[], hasFiles: boolean): string {
  if (!hasFiles) return `${problems.join("; ")}.`;
  return problems.length === 1 ? String(problems[0]) : `${problems.length} settings are wrong\n${problems.join("\n")}`;
}
