// The controllers as a row of the table of components; what they are made of is loaded when they run.
import { defineComponent } from "@neverland/component-kit/component.ts";
import { z } from "zod";

const days = "expected a number of days from 0 to 36500";
const hours = "expected a number of hours from 0 to 876000";
const controllersSettings = {
  retentionDays: {
    form: "number",
    schema: z.number({ error: days }).min(0, { error: days }).max(36_500, { error: days }).default(90),
    unit: "days",
    effect: "how long workflows that are over are kept; 0: for ever",
  },
  waitTimeoutHours: {
    form: "number",
    schema: z.number({ error: hours }).min(0, { error: hours }).max(876_000, { error: hours }).default(168),
    unit: "hours",
    effect:
      "how long a workflow waits for its worker to take the next action; 0: for ever; its annotation metal.neverland.dev/wait-timeout goes before",
  },
} as const;

const parts = () => import("./make-controllers.ts");

export const component = defineComponent({
  name: "controllers",
  path: "controllers",
  settings: controllersSettings,
  leftOut:
    "no controllers run here: workflows stay as they are, namespaces that are deleted stay with what is in them, and one that is deleted while its machine has the permission to netboot, or a medium, stays until controllers have taken it back",
  load: parts,
  make: async (deps) => (await parts()).makeControllers(deps),
});
