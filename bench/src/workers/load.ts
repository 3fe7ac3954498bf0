// The process that plays all machines of a run: told what to do by its parent, answers once, ends.
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { workOnEtcd } from "./etcd-machine.ts";
import type { LoadOrder } from "./load-order.ts";
import { machineAt } from "./machine.ts";
import { workAsWorker } from "./simulated-worker.ts";
import { Tally } from "./tally.ts";

const stepMs = 20;

process.once("message", (order: LoadOrder) => {
  void load(order).then((result) => process.send?.(result, () => process.disconnect?.()));
});

async function load(order: LoadOrder) {
  const signal = AbortSignal.timeout(order.timeoutMs);
  const tally = new Tally();
  const running: Promise<void>[] = [];
  const perStep = Math.max(1, Math.round((order.machinesPerSecond * stepMs) / 1000));
  for (let index = 0; index < order.machines; index += 1) {
    running.push(play(order, index, tally, signal));
    if (index % perStep === perStep - 1) await delay(stepMs);
  }
  await Promise.all(running);
  return tally.result();
}

/** One machine, on one connection from its own address. */
async function play({ target, host, port, actions }: LoadOrder, index: number, tally: Tally, signal: AbortSignal) {
  const { mac, address } = machineAt(index);
  const session = connectHttp2(`http://${host}:${port}`, {
    createConnection: () => connect({ host, port, localAddress: address, noDelay: true }),
  });
  session.on("error", () => undefined);
  // A waiting call is broken off when the time is up.
  const giveUp = () => session.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  await (target === "tink" ? workAsWorker : workOnEtcd)(session, mac, actions, tally, signal);
  signal.removeEventListener("abort", giveUp);
  session.close();
}
