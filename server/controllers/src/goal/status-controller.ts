// A controller whose whole work is a status that follows from its object alone: written once for each generation, and where it says otherwise.
import type { KindInfo, Resource } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import { type Clock, formatSeconds } from "@neverland/platform/time/clock.ts";
import { sameJson } from "@neverland/store/resource-json.ts";

type StatusRule<R extends Resource> = {
  readonly name: string;
  readonly kind: KindInfo;
  readonly clock: Pick<Clock, "nowMs">;
  /** @param time Now, in RFC 3339; where nothing is new it is not looked at. */
  statusOf(object: R, time: string): R["status"];
};

export function statusController<R extends Resource>({ name, kind, clock, statusOf }: StatusRule<R>): Controller {
  return {
    name,
    kind,
    writes: [{ kind, part: "status", mode: "exclusive" }],
    begin: (store) => ({
      reconcile: async (object) => {
        // What the kind's schemas do not accept is run for no controller.
        const status = statusOf(object as R, formatSeconds(clock.nowMs()));
        if (!sameJson(status, object.status)) await store.updateStatus(kind, { ...object, status });
        return {};
      },
    }),
  };
}
