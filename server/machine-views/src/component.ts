// Machine views as a row of the table of components; what they are made of is loaded when they run.
import { defineComponent } from "@neverland/component-kit/component.ts";

const parts = () => import("./machine-views.ts");

export const component = defineComponent({
  name: "machine-views",
  path: "machineViews",
  settings: {},
  runsWith: ["api"],
  load: parts,
  make: async ({ store, views, facts, clock, record, warn, onError, lent }) => {
    const { MachineViews } = await parts();
    // Without controllers nothing is given up.
    const deadlineMs = lent.deadlineMs ?? (() => undefined);
    const whyUnheard = () => lent.whyUnheard?.();
    const shown = new MachineViews({
      ...{ store, views, facts, clock, record, warn, onError, deadlineMs, whyUnheard },
    });
    return { services: [shown], lends: { machineViews: shown } };
  },
});
