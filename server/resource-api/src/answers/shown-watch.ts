// A watch of all that is shown of objects: they themselves, and in a table the machines' views that some of its cells are of.
import { type KindInfo, kinds, type Resource } from "@neverland/api";
import { type PolledWatch, polledWatch } from "@neverland/store/polled-watch.ts";
import type { ListOptions, ResourceStore, WatchEvent } from "@neverland/store/resource-store.ts";
import { isSelected } from "@neverland/store/selector.ts";

/** `view` is what an object's cells are of, where that has changed and the object has not. */
export type ShownEvent = WatchEvent & { readonly view?: Resource };

export type ShownWatch = Omit<PolledWatch, "take"> & { take(): ShownEvent | undefined };

type Asked = {
  readonly selection: Pick<ListOptions, "namespace" | "labels" | "fields">;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
};

/** @param withViews Whether a view's change is told as one of its object. Of views those are told that change from now on. */
export function shownWatch(store: ResourceStore, kind: KindInfo, asked: Asked, withViews: boolean): ShownWatch {
  const { selection, resourceVersion, signal } = asked;
  const own = polledWatch(store.watch(kind, { ...selection, resourceVersion, signal }), signal);
  if (!withViews || kind.hasView !== true) return own;
  const { namespace } = selection;
  const views = store.watch(kinds.MachineView, { ...(namespace !== undefined && { namespace }), signal });
  return either(own, polledWatch(objectsOf(views, store, kind, selection), signal));
}

async function* objectsOf(
  views: AsyncIterable<WatchEvent>,
  store: ResourceStore,
  kind: KindInfo,
  selection: Asked["selection"],
): AsyncGenerator<ShownEvent> {
  for await (const event of views) {
    if (event.type !== "added" && event.type !== "modified") continue;
    const { object: view } = event;
    // Of a stranger's view there is none; of one that is deleted, its own event tells.
    const object = await store.get(kind, view.metadata);
    if (object !== undefined && isSelected(object, selection)) yield { type: "modified", object, view };
  }
}

/** Over when the first is: what is shown of it ends with it. */
function either(first: PolledWatch, second: ShownWatch): ShownWatch {
  return {
    get isOver() {
      return first.isOver;
    },
    take: () => first.take() ?? second.take(),
    onNews: (callback) => {
      let isTold = false;
      const once = (): void => {
        if (isTold) return;
        isTold = true;
        callback();
      };
      first.onNews(once);
      if (!isTold && !second.isOver) second.onNews(once);
    },
  };
}
