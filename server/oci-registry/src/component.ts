// The registry as a row of the table of components; what it is made of is loaded when it runs.
import { join } from "node:path";
import { defineComponent } from "@neverland/component-kit/component.ts";
import { hookDirOf } from "@neverland/component-kit/shared-settings.ts";

const parts = () => import("./register-registry.ts");

export const component = defineComponent({
  name: "registry",
  path: "registry",
  settings: {},
  load: parts,
  make: async ({ shared, record, machines, clock, files }) => {
    const { registerRegistry } = await parts();
    const layoutDirs = [join(hookDirOf(shared), "actions")];
    return { bootRoutes: (app) => registerRegistry(app, { layoutDirs, record, machines, clock, files }) };
  },
});
