// Settings that environment variables give: `TINK_` and the setting's path.
import type { Given, GivenValue } from "@neverland/component-kit/read-settings.ts";
import { type NamedSetting, variableOf } from "@neverland/component-kit/setting.ts";

export function givenByEnvironment(
  settings: readonly NamedSetting[],
  env: Readonly<Record<string, string | undefined>>,
): Given {
  return new Map(
    settings.flatMap(({ path }): [string, GivenValue][] => {
      const name = variableOf(path);
      const value = env[name];
      // An empty variable is how shells and unit files say that there is none.
      return value === undefined || value === "" ? [] : [[path, { from: "environment", value, name }]];
    }),
  );
}
