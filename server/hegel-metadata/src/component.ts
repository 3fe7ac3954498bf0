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
  trustedProxies: {
    form: "list",
    schema: z
      .array(
        z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
          error: "expected an address or a network such as 10.42.0.0/16",
        }),
      )
      .default([]),
    effect: "believe X-Forwarded-For of these peers",
    flag: { form: "--trusted-proxy <cidr>", group: "How machines boot:" },
  },
} as const;

export const component = defineComponent({
  name: "hegel",
  path: "hegel",
  settings: hegelSettings,
  make: async ({ config, machines, record, clock }) => {
    const [{ trustedProxies }, { registerHegel }] = await Promise.all([
      import("./caller-address.ts"),
      import("./hegel.ts"),
    ]);
    const { instanceEndpoint } = config;
    const proxies = trustedProxies(config.trustedProxies);
    return {
      bootRoutes: (app) => registerHegel(app, { index: machines, record, clock, instanceEndpoint, proxies }),
    };
  },
});
