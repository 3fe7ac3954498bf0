// The resource API as a row of the table of components; what it is made of is loaded when it runs.
import { defineComponent } from "@neverland/component-kit/component.ts";

const parts = () =>
  Promise.all([import("./register.ts"), import("./access-files.ts"), import("./access/access-tokens.ts")]);

export const component = defineComponent({
  name: "api",
  path: "api",
  settings: {},
  load: parts,
  make: async ({
    shared,
    store,
    writes,
    lookAtContent,
    lookAtReferences,
    lookAtEffects,
    clock,
    token,
    version,
    lent,
    onError,
    warn,
    notReadyReason,
  }) => {
    const [{ registerResourceApi }, { writeKubeconfig }, { AccessTokens }] = await parts();
    const access = new AccessTokens({ store, clock, ownToken: token, onError });
    const onInternalError = (error: unknown, path: string): void => onError({ doing: `answering ${path}`, error });
    return {
      services: [access],
      managementRoutes: (app) =>
        registerResourceApi(app, {
          store,
          writes,
          lookAtContent,
          lookAtReferences,
          lookAtEffects,
          clock,
          access,
          version,
          onInternalError,
          warn,
          notReadyReason,
          ...lent,
        }),
      announce: async ({ api: server, authority, serverName }) =>
        server === undefined
          ? {}
          : {
              kubeconfig: await writeKubeconfig(shared.dataDir, {
                server,
                authority,
                serverName,
                token: token.reveal(),
              }),
            },
    };
  },
});
