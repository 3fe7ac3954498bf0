// Makes a demo that is kept known to tink. Of several at once the first is found without a flag, as long as it runs.
import { mkdir, rm } from "node:fs/promises";
import { kinds } from "@neverland/api";
import { writeKubeconfig } from "@neverland/tink-up";
import { clientsOf } from "../connection/connect.ts";
import { type Connection, demoDir, findConnection } from "../connection/connection.ts";
import type { CliContext } from "../context.ts";

/** Whatever has taken the port of a demo that was killed need not speak HTTP at all. */
const answerTimeoutMs = 2000;

/** How the demo's server is reached from the host. */
export type Announced = {
  readonly kubeconfig: string;
  /** What makes `tink` find it: nothing, or the flag that sets it before another server or demo of this machine. */
  readonly flags: readonly string[];
  /** Takes back what this demo has announced, and nothing of another's. */
  withdraw(): Promise<void>;
};

/** @param dir The demo's own folder: its kubeconfig is there in any case, so that what was announced stays true. */
export async function announceDemo(
  dir: string,
  connection: Connection,
  { env, isRoot, signal }: Pick<CliContext, "env" | "isRoot" | "signal">,
): Promise<Announced> {
  const { server, token } = connection;
  const kubeconfig = await writeKubeconfig(dir, connection);
  const shared = demoDir(env);
  if (!(await isRunning(await connectionIn(shared), signal))) {
    // A home that cannot be written to is no reason to end what was installed: then the flag does it.
    await mkdir(shared, { recursive: true, mode: 0o700 })
      .then(() => writeKubeconfig(shared, connection))
      .catch(() => undefined);
  }
  const found = await findConnection({}, env, isRoot).catch(() => undefined);
  return {
    kubeconfig,
    flags: found?.server === server && found.token === token ? [] : ["--data-dir", dir],
    async withdraw() {
      if ((await connectionIn(shared))?.token === token) await rm(shared, { recursive: true, force: true });
    },
  };
}

/** What is not there, or is no kubeconfig, is nobody's. */
async function connectionIn(dir: string): Promise<Connection | undefined> {
  return await findConnection({ dataDir: dir }, {}, false).catch(() => undefined);
}

/**
 * A demo that was killed has withdrawn nothing; its port may be another's by now, who does not know the token.
 * When we are to end ourselves it is left alone.
 */
async function isRunning(connection: Connection | undefined, signal: AbortSignal): Promise<boolean> {
  if (connection === undefined) return false;
  return await clientsOf(connection)(kinds.Hardware)
    .list({ limit: 1, signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) })
    .then(
      () => true,
      () => signal.aborted,
    );
}
