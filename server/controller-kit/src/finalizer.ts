// Holds an object until what was done for it outside is taken back: the name goes on before the first effect, and comes off last.
import type { Resource } from "@neverland/api";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { Controller, Finalizer, Outcome, Work } from "./controller.ts";

type Deps = {
  readonly store: Pick<ResourceStore, "update">;
  readonly controller: Pick<Controller, "kind">;
  readonly finalizer: Finalizer;
  readonly work: Work;
  /** Called before the name is taken off an object that was finalized. */
  readonly onFinalized: (object: Resource) => void;
};

/** One run of an object; killed at any line, the next one comes to the same. Each write is of the version that was decided on. */
export async function runWithFinalizer(object: Resource, deps: Deps, signal: AbortSignal): Promise<Outcome> {
  const { store, controller, finalizer, work } = deps;
  const isHeld = object.metadata.finalizers?.includes(finalizer.name) === true;
  if (object.metadata.deletionTimestamp) {
    if (!isHeld) return {};
    const outcome = (await work.finalize?.(object, signal)) ?? {};
    if (outcome.wakeAtMs !== undefined) return outcome;
    deps.onFinalized(object);
    await store.update(controller.kind, withoutName(object, finalizer.name));
    return {};
  }
  const isNeeded = finalizer.isNeeded(object);
  if (isNeeded === isHeld) return await work.reconcile(object, signal);
  const changed = isNeeded ? withName(object, finalizer.name) : withoutName(object, finalizer.name);
  return await work.reconcile(await store.update(controller.kind, changed), signal);
}

function withName(object: Resource, name: string): Resource {
  const finalizers = [...(object.metadata.finalizers ?? []), name];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

function withoutName(object: Resource, name: string): Resource {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== name);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
