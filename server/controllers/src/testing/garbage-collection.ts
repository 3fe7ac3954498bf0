// The controllers that delete by themselves, for tests of what it does to others' objects. Any failure of it is one of the test.
import assert from "node:assert/strict";
import { type KindInfo, kinds } from "@neverland/api";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { garbageCollector } from "../garbage-collection/garbage-collector.ts";
import { namespaceController } from "../namespace-controller.ts";

export function collectGarbage(store: ResourceStore): ControllerRuntime {
  const onError = ({ doing, error }: { doing: string; error: unknown }) => assert.fail(`${doing}: ${error}`);
  const deps = { clock: systemClock, random: Math.random, onError };
  const all = { ...deps, kinds: Object.values<KindInfo>(kinds) };
  return new ControllerRuntime([garbageCollector(all), namespaceController(all)], { ...deps, store });
}
