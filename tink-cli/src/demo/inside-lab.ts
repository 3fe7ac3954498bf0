// The half of the demo that runs inside the lab's namespace: the network, the server, the machine. Started by run-demo.ts only.
import { join } from "node:path";
import { kinds, stageBill } from "@neverland/api";
import { forwardIntoLab, openRack } from "@neverland/lab";
import { CliError, exitCodes } from "../cli-error.ts";
import { clientsOf } from "../connection/connect.ts";
import { findConnection } from "../connection/connection.ts";
import { explainError } from "../explain-error.ts";
import { type Progress, startProgress } from "../output/progress.ts";
import { demoMachine, demoNetwork } from "./demo-machine.ts";
import { type DemoOrder, type DemoResult, forwardSockets } from "./demo-run.ts";
import { install } from "./install.ts";
import { endText, startServerProcess } from "./server-process.ts";
import { makeSshKey } from "./ssh-key.ts";

const apiPort = 7480;
const httpPort = 7080;

/** @param broken Called when a part has ended that the demo cannot go on without. */
async function runInside(
  order: DemoOrder,
  progress: Progress,
  signal: AbortSignal,
  broken: (error: Error) => void,
): Promise<DemoResult> {
  const { dir, firmware, accelerator, memoryMiB } = order;
  progress.step("Laying a network of its own");
  const rack = await openRack({ dir: join(dir, "rack"), accelerator }, signal);
  const dataDir = join(dir, "data");
  const log = join(dir, "server.log");
  progress.step("Starting tink up");
  const server = await startServerProcess(serverArgs(order, rack.network.config.bridge, dataDir), log, signal);
  void server.exited.then((code) =>
    broken(new CliError("failed", `tink up has ended: ${endText(code)}; its log: ${log}`)),
  );
  const connection = await findConnection({ dataDir }, {}, true);
  const clients = clientsOf(connection);
  const key = await makeSshKey(dir, signal);
  const machine = await rack.add({ name: demoMachine.name, mac: demoMachine.mac, firmware, memoryMiB });
  machine.onEvent((event) => event.type === "died" && broken(event.error));
  const ssh = { host: demoNetwork.machineAddress, user: demoMachine.user, keyFile: key.privateKeyFile };
  const facts = {
    firmware,
    sshPublicKey: key.publicKey,
    server: `${demoNetwork.serverAddress}:${httpPort}`,
    instanceId: `i-${Date.now().toString(36)}`,
  };
  const installed = await install(facts, { clients, machine, ssh, progress, signal, nowMs: () => Date.now() });
  progress.done();
  await forwardIntoLab(join(dir, forwardSockets.api), { host: "127.0.0.1", port: apiPort });
  await forwardIntoLab(join(dir, forwardSockets.ssh), { host: ssh.host, port: 22 });
  const events = await clients(kinds.MachineEvent).list({
    namespace: "default",
    fieldSelector: `spec.hardware=${demoMachine.name}`,
  });
  const { loggedInMs, poweredOnMs, ...system } = installed;
  return {
    state: "SUCCESS",
    firmware,
    accelerator,
    wallSeconds: (loggedInMs - poweredOnMs) / 1000,
    stages: stageBill(events.items)?.stages ?? [],
    login: { user: ssh.user, ...system, address: ssh.host, keyFile: ssh.keyFile },
    token: connection.token,
    authority: connection.authority,
  };
}

function serverArgs({ hookDir, filesDir }: DemoOrder, bridge: string, dataDir: string): string[] {
  return [
    ...["--data-dir", dataDir, "--interface", bridge, "--boot-listen", demoNetwork.serverAddress],
    ...["--api-listen", `127.0.0.1:${apiPort}`, "--hook-dir", hookDir, "--files-dir", filesDir],
  ];
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => stop.abort(new DOMException(name, "AbortError")));
const fault = new AbortController();
const ended = AbortSignal.any([stop.signal, fault.signal]);
const order = JSON.parse(process.argv[2] ?? "null") as DemoOrder;
const progress = startProgress({
  write: (text) => void process.stderr.write(text),
  isTerminal: order.isTerminal,
  nowMs: () => Date.now(),
});
try {
  const result = await runInside(order, progress, ended, (error) => fault.abort(error));
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (order.keep && !ended.aborted)
    await new Promise((resolve) => ended.addEventListener("abort", resolve, { once: true }));
  if (order.keep && !stop.signal.aborted) throw fault.signal.reason;
  process.exit(0);
} catch (error) {
  progress.done();
  // Whatever broke off because it was to, and the outer half says it.
  if (stop.signal.aborted) process.exit(exitCodes.interrupted);
  const { code, text } = explainError(fault.signal.aborted ? fault.signal.reason : error);
  process.stderr.write(text);
  process.exit(code);
}
