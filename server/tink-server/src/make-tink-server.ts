// Makes Tink Server of its settings.
import { formatKey, parseKey } from "@neverland/api";
import type { ComponentDeps, Parts } from "@neverland/component-kit/component.ts";
import { trustedProxies } from "@neverland/platform/network/caller-address.ts";
import { AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { readTlsFiles } from "./protocol/tls-files.ts";
import { TinkServer } from "./tink-server.ts";

export async function makeTinkServer(deps: ComponentDeps<unknown>): Promise<Parts> {
  const { shared, settings, store, doors, machines, contacts, record, onError, clock, lent } = deps;
  const tls = await readTlsFiles(shared, settings);
  const proxies = trustedProxies(shared.boots.trustedProxies);
  const server = new TinkServer({
    ...{ store, doors, record, onError, clock, proxies },
    ...(tls === undefined ? {} : { tls }),
    gate: new AgentGate({ machines, proxies, record }),
    lastBootMs: (machine) =>
      contacts.bootContactMs({ namespace: parseKey(machine)?.namespace ?? "", agentID: "", hardware: machine }),
    followMachines: (changed) =>
      machines.follow({
        upserted: ({ metadata }) => changed(formatKey(metadata)),
        removed: (key) => changed(formatKey(key)),
      }),
    methods: lent.grpcMethods ?? [],
    port: shared.tinkServer.port,
    limits: defaultLimits,
  });
  return {
    services: [server],
    lends: { listeningSinceMs: () => server.listeningSinceMs },
    announce: () => (server.address === undefined ? {} : { grpc: `${server.address.host}:${server.address.port}` }),
  };
}
