// Makes Boots of its settings.
import { join } from "node:path";
import type { ComponentDeps, Parts } from "@neverland/component-kit/component.ts";
import { hookDirOf, type SharedValues, workersSpeakTls } from "@neverland/component-kit/shared-settings.ts";
import { createBoots } from "./boots.ts";
import type { BootsConfig } from "./boots-config.ts";
import type { BootsValues } from "./boots-settings.ts";

export function makeBoots({
  config,
  shared,
  doors: [{ host }],
  machines,
  record,
  clock,
  files: cache,
  warn,
}: ComponentDeps<BootsValues>): Parts {
  let unheard: string | undefined;
  const boots = createBoots({
    ...{ config: bootsConfig(config, shared, host), index: machines, record, clock, cache, warn },
    onUnheard: (why) => {
      unheard = why;
    },
  });
  return {
    lends: { whyUnheard: () => unheard },
    services: [boots.downloads],
    bootRoutes: (app) => boots.registerRoutes(app),
    listeners: [boots],
    announce: () => ({ interfaces: boots.links.map(({ name, serverAddress }) => ({ name, address: serverAddress })) }),
  };
}

/** @param host What machines on the first interface are told, unless it is every address; on the others it is the link's own. */
function bootsConfig(config: BootsValues, { dataDir, ...shared }: SharedValues, host: string): BootsConfig {
  const { dhcp, hook, ipxe, tftp, files, syslogHost } = config;
  const { boots, tinkServer } = shared;
  const told = host === "0.0.0.0" ? undefined : host;
  return {
    interfaces: boots.interfaces.map((name, at) => (at === 0 ? { name, serverAddress: told } : { name })),
    dhcpEnabled: dhcp.enabled,
    dhcpServerPort: dhcp.port,
    tftpPort: tftp.port,
    tftpBlockSizeBytes: tftp.blockSizeBytes,
    httpPort: boots.http.port,
    grpcAuthority: tinkServer.authority,
    grpcPort: tinkServer.port,
    grpcTls: workersSpeakTls({ dataDir, ...shared }),
    grpcInsecureTls: tinkServer.tls.anyCertificate,
    syslogHost,
    hookBaseUrl: hook.url,
    architectureBinaries: ipxe.architectures,
    binariesDirectory: ipxe.dir,
    hookDirectory: hookDirOf({ dataDir, ...shared }),
    filesDirectory: files.dir ?? join(dataDir, "files"),
    extraKernelArgs: hook.kernelArgs,
  };
}
