// Hegel as a row of the table of components: its settings; the rest is loaded when it runs.
import { defineComponent } from "@neverland/component-kit/component.ts";
import { z } from "zod";

const hegelSettings = {
  instanceEndpoint: {
    form: "truth",
    schema: z.boolean().default(false),
    effect: "serve metadata also to whoever knows the id of an instance",
    flag: { form: "--instance-endpoint", group: "How machines boot:" },
  },
} as const;

const parts = () => Promise.all([import("@neverland/platform/network/caller-address.ts"), import("./hegel.ts")]);

export const component = defineComponent({
  name: "hegel",
  path: "hegel",
  settings: hegelSettings,
  load: parts,
  make: async ({ config, shared, machines, record, clock }) => {
    const [{ trustedProxies }, { registerHegel }] = await parts();
    const { instanceEndpoint } = config;
    const proxies = trustedProxies(shared.boots.trustedProxies);
    return {
      bootRoutes: (app) => registerHegel(app, { index: machines, record, clock, instanceEndpoint, proxies }),
    };
  },
});
