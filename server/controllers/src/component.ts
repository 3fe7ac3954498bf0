// The controllers as a row of the table of components; what they are made of is loaded when they run.
import { defineComponent } from "@neverland/component-kit/component.ts";

export const component = defineComponent({
  name: "controllers",
  path: "controllers",
  settings: {},
  leftOut:
    "no controllers run here: workflows stay as they are, and one that is deleted while its machine has the permission to netboot, or a medium, stays until controllers have taken it back",
  make: async (deps) => ({ services: (await import("./make-controllers.ts")).makeControllers(deps) }),
});
