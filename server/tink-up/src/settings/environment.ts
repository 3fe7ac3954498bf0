// Settings that environment variables give: `TINK_` and the setting's path.

import type { Given, GivenValue } from "@neverland/component-kit/read-settings.ts";
import { type NamedSetting, variableOf } from "@neverland/component-kit/setting.ts";
import { nearestName } from "@neverland/yaml";

export type Environment = Readonly<Record<string, string | undefined>>;

export function givenByEnvironment(settings: readonly NamedSetting[], env: Environment): Given {
  return new Map(
    settings.flatMap(({ path }): [string, GivenValue][] => {
      const name = variableOf(path);
      const value = env[name];
      // An empty variable is how shells and unit files say that there is none.
      return value === undefined || value === "" ? [] : [[path, { from: "environment", value, name }]];
    }),
  );
}

/** Variables of ours that are no settings. */
const others = ["TINK_CONFIG", "TINK_SERVER", "TINK_TOKEN"];

/**
 * Sentences on variables that are almost a setting's. Not errors: a cluster sets TINK_… of its own for whatever is called tink in it.
 */
export function mistypedVariables(settings: readonly NamedSetting[], env: Environment): string[] {
  const known = new Set([...settings.map(({ path }) => variableOf(path)), ...others]);
  return Object.keys(env)
    .filter((name) => name.startsWith("TINK_") && !known.has(name))
    .flatMap((name) => {
      const meant = nearestName(name, [...known]);
      return meant === undefined ? [] : [`the environment has ${name}, which is no setting; did you mean ${meant}?`];
    });
}
