import assert from "node:assert/strict";
import { test } from "node:test";
import { eventReference } from "@neverland/api";
import { flagName } from "@neverland/component-kit/setting.ts";
import { allSettings } from "./settings/config.ts";

test("each flag that an event's advice names is one of tink up", () => {
  const flags = new Set(allSettings.flatMap(({ setting: { flag } }) => (flag === undefined ? [] : [flagName(flag)])));
  const named = [...eventReference().matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag);
  assert.ok(named.includes("--trusted-proxy"), "the tables name some");
  assert.deepEqual(
    named.filter((flag) => !flags.has(flag)),
    [],
  );
});
