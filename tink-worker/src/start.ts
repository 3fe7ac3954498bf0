// The worker put together from its options: the only place that knows all parts.

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { HttpClient, platformOf } from "@neverland/oci";
import { ActionRunner, type Clock } from "./action-runner.ts";
import { type Backoff, pause } from "./backoff.ts";
import type { Environment, WorkerConfig } from "./config.ts";
import { OciRuntime } from "./container/oci-runtime.ts";
import { ImagePuller } from "./images/image-puller.ts";
import { LayerStore } from "./images/layer-store.ts";
import { collectAttributes } from "./inventory/collect.ts";
import { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import { MachinePower } from "./power.ts";
import { GrpcServer } from "./server/grpc-server.ts";
import { Worker } from "./worker.ts";
import { WorkerError } from "./worker-error.ts";

const logGather: Backoff = { baseMs: 250, factor: 2, maxMs: 10_000 };

/** Works until the signal aborts.
 *  @throws {WorkerError} when it cannot begin; the signal's reason when that aborts. */
export async function startWorker(
  config: WorkerConfig,
  env: Environment,
  log: Log,
  signal: AbortSignal,
): Promise<never> {
  const { agentId, stateDir, workerDir } = config;
  const runtime = new OciRuntime({ program: config.ociRuntime ?? findRuntime(env.PATH ?? ""), stateDir, workerDir });
  await runtime.prepare();
  const journal = Journal.open(stateDir);
  const server = new GrpcServer({
    ...{ authority: config.serverAuthority, tls: config.tls, insecureTls: config.insecureTls, agentId },
    attributes: config.attributeDetection ? collectAttributes() : undefined,
  });
  const http = new HttpClient({ proxyEnv: proxyEnv(env) });
  const runner = new ActionRunner({
    ...{ runtime, server, clock: machineClock, stateDir },
    images: imagePuller(config, http),
    print: ({ workflowId, name }, { stream, text }) =>
      log("output", { workflow: workflowId, action: name, stream, text }),
    pauseLogs: (failures, stop) => pause(logGather, failures + 1, stop),
  });
  const power = new MachinePower({ workerDir, rebootCommand: config.rebootCommand, kexecCommand: config.kexecCommand });
  log("worker-started", { agentId, server: config.serverAuthority, stateDir });
  try {
    return await new Worker({
      server,
      runner,
      journal,
      power,
      clock: machineClock,
      pause,
      log,
      maxPollMs: config.maxPollMs,
    }).run(signal);
  } finally {
    server.close();
    http.close();
  }
}

function imagePuller(config: WorkerConfig, http: HttpClient): ImagePuller {
  const { stateDir, layersDir, registryMirror, insecureRegistries, registryAliases, logins, defaultRegistry } = config;
  return new ImagePuller(
    { mirror: registryMirror, insecure: insecureRegistries, aliases: registryAliases, logins, defaultRegistry },
    {
      get: http.get,
      pause,
      layers: new LayerStore({ stateDir, bootId: machineClock.bootId(), preloadedDir: layersDir }),
      platform: platformOf(process.arch),
    },
  );
}

const machineClock: Clock = {
  nowMs: Date.now,
  uptimeMs: () => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000,
  bootId: () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
};

/** Only what concerns proxies: an agent given the whole environment would keep a copy of it. */
function proxyEnv(env: Environment): Record<string, string | undefined> {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

function findRuntime(path: string): string {
  const directories = path.split(delimiter).filter((directory) => directory !== "");
  const found = ["crun", "runc"].find((program) =>
    directories.some((directory) => isExecutable(join(directory, program))),
  );
  if (found !== undefined) return found;
  throw new WorkerError(
    "bad-config",
    "Neither crun nor runc was found. Install one of them, or name it with --oci-runtime.",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not for us: the same here
  }
}
