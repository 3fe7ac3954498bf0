// The inner half of survives-kills.e2e.ts, in the lab's namespace: an installation whose server is killed again and again.
import { setTimeout as delay } from "node:timers/promises";
import { kinds } from "@neverland/api";
import { answerOrder } from "@neverland/lab";
import { type LabOrder, prepareInstall } from "./lab-install.ts";

export type KillOrder = LabOrder & {
  /** Seconds from each start of the server to its end; when they are used up, it lives. */
  readonly livesSeconds: readonly number[];
};

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

await answerOrder<KillOrder, KillResult>(async (order, signal) => {
  const { machine, clients, server, startServer, workflowEnd, ssh } = await prepareInstall(
    order,
    { example: "debian" },
    signal,
  );
  await machine.powerOn(signal);

  const done = new AbortController();
  let kills = 0;
  const killed = (async (): Promise<void> => {
    let running = server;
    for (const seconds of order.livesSeconds) {
      await delay(seconds * 1000, undefined, { signal });
      process.kill(running.pid, "SIGKILL");
      await running.exited;
      kills += 1;
      running = await startServer();
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
  const workflow = await workflowEnd();
  const hostname = await ssh("hostname");
  // A quick installation is over before all lives are used up; the writes go on until they are.
  await killed;
  done.abort();
  await written;
  const events = await clients(kinds.MachineEvent).list({ namespace });
  const present = await clients(kinds.Hardware).list({ namespace });
  const names = new Set(present.items.map((item) => item.metadata.name));
  const starts: Record<string, number> = {};
  for (const { spec } of events.items)
    if (spec?.type === "ActionStarted") {
      const name = String(spec.data?.action);
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
});
