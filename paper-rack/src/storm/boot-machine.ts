// One machine's life from power-on to its first action, stage by stage.
import { BootError } from "../boot/boot-error.ts";
import { getAddress } from "../boot/get-address.ts";
import { readByHttp } from "../boot/read-by-http.ts";
import { readByTftp } from "../boot/read-by-tftp.ts";
import type { Relay } from "../boot/relay.ts";
import { linksOf } from "../boot/script-links.ts";
import type { Speaker } from "../dhcp/captured-messages.ts";
import type { MachineMessages } from "../dhcp/machine-messages.ts";
import { paperMachineAt } from "../paper-machine.ts";
import { askForAction } from "../worker/ask-for-action.ts";
import type { StageTally } from "./stage-tally.ts";
import type { Stage } from "./storm-order.ts";

const tftpPort = 69;

export interface MachineDeps {
  readonly relay: Relay;
  readonly messages: Readonly<Record<Speaker, MachineMessages>>;
  readonly server: string;
  readonly bytesPerSecond: number;
  readonly files: { readonly binary: Buffer; readonly kernel: Buffer; readonly initramfs: Buffer };
  readonly tally: StageTally;
}

/** @throws What ended its life; its tally has it already. */
export async function bootMachine(deps: MachineDeps, index: number, signal: AbortSignal): Promise<void> {
  const { server, files, tally, bytesPerSecond } = deps;
  const { address } = paperMachineAt(index);
  const stage = <Result>(name: Stage, work: (repeated: () => void) => Promise<Result>) => tally.time(name, work);
  const download = (name: Stage, url: string, expected: Buffer) =>
    stage(name, (repeated) => readFile({ url, address, bytesPerSecond, repeated }, expected, signal));

  const file = await stage("DHCP of the firmware", (repeated) =>
    getAddress({ ...deps, repeated }, index, "firmware", signal),
  );
  await stage("TFTP of iPXE", (repeated) =>
    readByTftp({ address, server, port: tftpPort, file, expected: files.binary, repeated }, signal),
  );
  const url = await stage("DHCP of iPXE", (repeated) => getAddress({ ...deps, repeated }, index, "ipxe", signal));
  const links = await stage("script", async (repeated) => {
    const parts: Buffer[] = [];
    await readByHttp({ url, address, bytesPerSecond, repeated }, (part) => void parts.push(part), signal);
    return linksOf(Buffer.concat(parts).toString("utf8"));
  });
  await download("kernel", links.kernel, files.kernel);
  await download("initramfs", links.initramfs, files.initramfs);
  const { grpcAuthority: authority, workerId } = links;
  await stage("first action", (repeated) => askForAction({ authority, workerId, address, repeated }, signal));
}

async function readFile(order: Parameters<typeof readByHttp>[0], expected: Buffer, signal: AbortSignal): Promise<void> {
  let end = 0;
  const compare = (part: Buffer, at: number) => {
    end = at + part.length;
    if (!part.equals(expected.subarray(at, end))) throw new BootError("wrong", "a part of the file has other bytes");
  };
  await readByHttp(order, compare, signal);
  if (end !== expected.length) throw new BootError("wrong", `the file ended after ${end} bytes`);
}
