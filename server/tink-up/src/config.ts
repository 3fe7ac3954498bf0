// What `tink up` can be told: the settings of every component, read from what files, environment and flags say.
import { type Section, valuesOf } from "@neverland/component-kit/component.ts";
import { type Given, readSettings, type Settings } from "@neverland/component-kit/read-settings.ts";
import { type NamedSetting, settingsOf, type ValuesOf } from "@neverland/component-kit/setting.ts";
import { type SharedValues, sharedSettings } from "@neverland/component-kit/shared-settings.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { components } from "./components.ts";
import { givenByEnvironment } from "./environment.ts";
import { serverSettings } from "./server-settings.ts";

export type ServerConfig = {
  readonly settings: Settings;
  readonly shared: SharedValues;
  /** What concerns the process, and no one component. */
  readonly server: ValuesOf<typeof serverSettings>;
};

export type ConfigSources = {
  /** Where data is kept when nobody says. */
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Given;
};

const shared: Section = { path: "", settings: sharedSettings };
const server: Section = { path: "", settings: serverSettings };
const sections: readonly Section[] = [shared, server, ...components];

/** Every setting there is, by path. */
export const allSettings: readonly NamedSetting[] = sections.flatMap(({ settings, path }) =>
  settingsOf(settings, path),
);

/** Flags go before the environment, that before the defaults. @throws {ServerError} `bad-config`, naming all that is wrong. */
export function readServerConfig({ dataDir, env, flags }: ConfigSources): ServerConfig {
  const defaults: Given = new Map([["dataDir", { from: "default", value: dataDir, name: "dataDir" }]]);
  const { settings, problems } = readSettings(allSettings, [defaults, givenByEnvironment(allSettings, env), flags]);
  const all = problems.length > 0 ? problems : sections.flatMap((section) => section.problems?.(settings) ?? []);
  if (all.length > 0) throw new ServerError("bad-config", `tink up: ${all.join("; ")}.`);
  return {
    settings,
    // Both are read by the very trees that their types are made of.
    shared: valuesOf(shared, settings) as SharedValues,
    server: valuesOf(server, settings) as ServerConfig["server"],
  };
}
