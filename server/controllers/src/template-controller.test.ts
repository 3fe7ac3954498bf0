import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { waitFor } from "@neverland/store/testing/wait-for.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { templateController } from "./template-controller.ts";

test("a template's status says where it cannot be read, and is mended with it", async (t) => {
  const store = openMemoryStore();
  const templates = typedStore(store, kinds.Template);
  const check = ({ data }: { data: string }) => (data.includes("{{") ? ["template: debian:1: unclosed action"] : []);
  const onError = ({ error }: { error: unknown }) => assert.fail(String(error));
  const deps = { store, clock: systemClock, random: Math.random, onError };
  const runtime = new ControllerRuntime([templateController({ check, clock: systemClock })], deps);
  t.after(() => runtime.stop(AbortSignal.timeout(1000)));
  await runtime.start(AbortSignal.timeout(5000));

  const created = await templates.create({ metadata: { namespace: "default", name: "debian" }, spec: { data: "{{" } });
  const broken = await waitFor(templates, created.metadata, ({ status }) => status !== undefined);
  const { state, message } = broken.status ?? {};
  assert.deepEqual({ state, message }, { state: "Error", message: "template: debian:1: unclosed action" });
  await templates.update({ ...broken, spec: { data: "version: 1" } });
  await waitFor(templates, created.metadata, ({ status }) => status?.state === "Ready");
});
