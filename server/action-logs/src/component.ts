// The output of actions as a row of the table of components; what it is made of is loaded when it runs.
import { defineComponent } from "@neverland/component-kit/component.ts";

const parts = () =>
  Promise.all([
    import("./action-logs.ts"),
    import("@neverland/workflow-rules/agents/agent-gate.ts"),
    import("@neverland/platform/network/caller-address.ts"),
  ]);

export const component = defineComponent({
  name: "action-logs",
  path: "actionLogs",
  settings: {},
  runsWith: ["tink-server", "api"],
  load: parts,
  make: async ({ shared, store, machines, record, clock, onError }) => {
    const [{ ActionLogs }, { AgentGate }, { trustedProxies }] = await parts();
    const gate = new AgentGate({ machines, proxies: trustedProxies(shared.boots.trustedProxies), record });
    const logs = new ActionLogs({ store, clock, dataDir: shared.dataDir, gate, record, onError });
    return { services: [logs], lends: { actionLogs: logs.reader, grpcMethods: logs.methods } };
  },
});
