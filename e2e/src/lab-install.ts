// What every installation inside the lab's namespace begins with: a rack with one machine, a server on its network, and a workflow.
import { join } from "node:path";
import { isFinalState, kinds, type Workflow } from "@neverland/api";
import { type LabEvent, type LabMachine, openRack, waitForSsh } from "@neverland/lab";
import { type Clients, clientsOf } from "@neverland/tink-cli/connect";
import { findConnection } from "@neverland/tink-cli/connection";
import { demoMachine, demoNetwork } from "@neverland/tink-cli/demo-machine";
import { demoWorkflowKey, describeToServer } from "@neverland/tink-cli/install";
import { type ServerProcess, startServerProcess } from "@neverland/tink-cli/server-process";
import { makeSshKey } from "@neverland/tink-cli/ssh-key";

/** From the test, as one JSON argument. */
export type LabOrder = {
  /** Of this test alone: disk, database, logs. */
  readonly dir: string;
  readonly hookDir: string;
  readonly filesDir: string;
};

export type LabInstall = {
  /** Switched off, its disk empty. */
  readonly machine: LabMachine;
  readonly clients: Clients;
  readonly server: ServerProcess;
  /** Another server on the same data, once the one before has ended. */
  startServer(): Promise<ServerProcess>;
  /** Resolves when the workflow has ended, well or badly. */
  workflowEnd(): Promise<Workflow | undefined>;
  /** Logs in as soon as the machine allows it. @returns What `command` wrote. */
  ssh(command: string): Promise<string>;
};

/** Under emulation on a busy machine: several times what it takes. */
const timeoutMs = 10 * 60_000;

export type LabInstallOptions = {
  /** Folder of `examples/` whose template is run. */
  readonly example: string;
  readonly onEvent?: (event: LabEvent) => void;
};

/** A BIOS machine, described to a server together with what is to be done on it. Powering it on begins the installation. */
export async function prepareInstall(
  order: LabOrder,
  { example, onEvent }: LabInstallOptions,
  signal: AbortSignal,
): Promise<LabInstall> {
  const { dir, hookDir, filesDir } = order;
  const dataDir = join(dir, "data");
  const rack = await openRack({ dir: join(dir, "rack"), accelerator: "tcg", ...(onEvent ? { onEvent } : {}) }, signal);
  const args = [
    ...["--data-dir", dataDir, "--interface", rack.network.config.bridge],
    ...["--boot-listen", demoNetwork.serverAddress, "--hook-dir", hookDir, "--files-dir", filesDir],
  ];
  const startServer = async (): Promise<ServerProcess> =>
    await startServerProcess(args, join(dir, "server.log"), signal);
  const server = await startServer();
  const clients = clientsOf(await findConnection({ dataDir }, {}, true));
  const key = await makeSshKey(dir, signal);
  const facts = { sshPublicKey: key.publicKey, server: `${demoNetwork.serverAddress}:7080`, instanceId: "i-e2e" };
  await describeToServer({ firmware: "bios", ...facts }, clients, example);
  const machine = await rack.add({ name: demoMachine.name, mac: demoMachine.mac, firmware: "bios" });
  const target = { host: demoNetwork.machineAddress, user: demoMachine.user, keyFile: key.privateKeyFile };
  const workflowEnd = async (): Promise<Workflow | undefined> =>
    await clients(kinds.Workflow).waitFor(
      demoWorkflowKey,
      (seen) => isFinalState(seen?.status?.state),
      AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    );
  const ssh = async (command: string): Promise<string> => await waitForSsh(target, command, { signal, timeoutMs });
  return { machine, clients, server, startServer, workflowEnd, ssh };
}
