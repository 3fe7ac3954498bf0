// Makes Tink Server of its settings.
import { join } from "node:path";
import type { ComponentDeps, Parts } from "@neverland/component-kit/component.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { TinkServer } from "./tink-server.ts";
import { readTlsFiles } from "./tls-files.ts";

export async function makeTinkServer(deps: ComponentDeps<unknown>): Promise<Parts> {
  const { shared, settings, store, doors, record, onError, clock } = deps;
  const tls = await readTlsFiles(shared, settings);
  const server = new TinkServer({
    ...{ store, doors, record, onError, clock },
    ...(tls === undefined ? {} : { tls }),
    logDir: join(shared.dataDir, "logs"),
    port: shared.tinkServer.port,
    limits: defaultLimits,
  });
  const { actionLogs } = server;
  return {
    services: [server],
    lends: {
      listeningSinceMs: () => server.listeningSinceMs,
      ...(actionLogs === undefined ? {} : { actionLogs }),
    },
    announce: () => (server.address === undefined ? {} : { grpc: `${server.address.host}:${server.address.port}` }),
  };
}
