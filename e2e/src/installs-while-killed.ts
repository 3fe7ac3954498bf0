// The inner half of survives-kills.e2e.ts, in the lab's namespace: an installation whose server is killed again and again.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { kinds } from "@neverland/api";
import { openRack, waitForSsh } from "@neverland/lab";
import { clientsOf } from "@neverland/tink-cli/connect";
import { findConnection } from "@neverland/tink-cli/connection";
import { demoMachine, demoNetwork } from "@neverland/tink-cli/demo-machine";
import { demoWorkflowKey, describeToServer } from "@neverland/tink-cli/install";
import { type ServerProcess, startServerProcess } from "@neverland/tink-cli/server-process";
import { makeSshKey } from "@neverland/tink-cli/ssh-key";

/** From the test, as one JSON argument. */
export type KillOrder = {
  readonly dir: string;
  readonly hookDir: string;
  readonly filesDir: string;
  /** Seconds from each start of the server to its end; when they are used up, it lives. */
  readonly livesSeconds: readonly number[];
};

/** To the test, as one line of JSON. */
export type KillResult = {
  readonly kills: number;
  readonly state: string | undefined;
  readonly hostname: string;
  /** How often each action was started, by name. */
  readonly starts: Readonly<Record<string, number>>;
  /** Writes that the server acknowledged while all this went on, and those of them that it no longer had at the end. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
};

const namespace = "default";
const installTimeoutMs = 10 * 60_000;
const finalStates = ["SUCCESS", "FAILED", "TIMEOUT"];

async function installWhileKilled(order: KillOrder, signal: AbortSignal): Promise<KillResult> {
  const { dir, hookDir, filesDir, livesSeconds } = order;
  const rack = await openRack({ dir: join(dir, "rack"), accelerator: "tcg" }, signal);
  const dataDir = join(dir, "data");
  const args = [
    ...["--data-dir", dataDir, "--interface", rack.network.config.bridge, "--boot-listen", demoNetwork.serverAddress],
    ...["--hook-dir", hookDir, "--files-dir", filesDir],
  ];
  const start = async (): Promise<ServerProcess> => await startServerProcess(args, join(dir, "server.log"), signal);
  const first = await start();
  const clients = clientsOf(await findConnection({ dataDir }, {}, true));
  const key = await makeSshKey(dir, signal);
  const server = `${demoNetwork.serverAddress}:7080`;
  await describeToServer({ firmware: "bios", sshPublicKey: key.publicKey, server, instanceId: "i-kills" }, clients);
  const machine = await rack.add({ name: demoMachine.name, mac: demoMachine.mac, firmware: "bios" });
  await machine.powerOn(signal);

  const done = new AbortController();
  let kills = 0;
  const killed = (async (): Promise<void> => {
    let running = first;
    for (const seconds of livesSeconds) {
      await delay(seconds * 1000, undefined, { signal: done.signal }).catch(() => undefined);
      if (done.signal.aborted) return;
      process.kill(running.pid, "SIGKILL");
      await running.exited;
      kills += 1;
      running = await start();
    }
  })();
  const acknowledged: string[] = [];
  const written = (async (): Promise<void> => {
    for (let count = 0; !done.signal.aborted; count += 1) {
      const metadata = { name: `spare-${count}`, namespace };
      const create = clients(kinds.Hardware).create({ metadata, spec: {} });
      // A server that is being killed refuses or breaks off; only what it acknowledged counts.
      if (await create.then(() => true).catch(() => false)) acknowledged.push(metadata.name);
      await delay(100, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(installTimeoutMs)]);
  const workflow = await clients(kinds.Workflow).waitFor(
    demoWorkflowKey,
    (seen) => finalStates.includes(seen?.status?.state ?? ""),
    deadline,
  );
  const ssh = { host: demoNetwork.machineAddress, user: demoMachine.user, keyFile: key.privateKeyFile };
  const hostname = await waitForSsh(ssh, "hostname", { signal, timeoutMs: installTimeoutMs });
  done.abort();
  await Promise.all([killed, written]);
  const events = await clients(kinds.MachineEvent).list({ namespace });
  const present = await clients(kinds.Hardware).list({ namespace });
  const names = new Set(present.items.map((item) => item.metadata.name));
  const starts: Record<string, number> = {};
  for (const { spec } of events.items)
    if (spec?.type === "ActionStarted") {
      const name = /"([^"]+)"/.exec(spec.message ?? "")?.[1] ?? "?";
      starts[name] = (starts[name] ?? 0) + 1;
    }
  return {
    kills,
    state: workflow?.status?.state,
    hostname: hostname.trim(),
    starts,
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((name) => !names.has(name)),
  };
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(new Error(name)));
const order = JSON.parse(process.argv[2] ?? "null") as KillOrder;
process.stdout.write(`${JSON.stringify(await installWhileKilled(order, stop.signal))}\n`);
// The namespace's first process ends, and with it server and machine.
process.exit(0);
