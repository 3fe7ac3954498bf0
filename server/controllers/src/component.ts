// The controllers as a row of the table of components; what they are made of is loaded when they run.
import { defineComponent } from "@neverland/component-kit/component.ts";

export const component = defineComponent({
  name: "controllers",
  path: "controllers",
  settings: {},
  make: async (deps) => ({ services: (await import("./make-controllers.ts")).makeControllers(deps) }),
});
