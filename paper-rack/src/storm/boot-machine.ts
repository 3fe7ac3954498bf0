// What a machine does once its iPXE knows what to load, until it has its first action, stage by stage.
import { BootError } from "../boot/boot-error.ts";
import { readByHttp } from "../boot/read-by-http.ts";
import { linksOf } from "../boot/script-links.ts";
import { paperMachineAt } from "../paper-machine.ts";
import { askForAction } from "../worker/ask-for-action.ts";
import type { StageTally } from "./stage-tally.ts";
import type { Stage } from "./storm-order.ts";

export interface MachineDeps {
  readonly bytesPerSecond: number;
  readonly files: { readonly kernel: Buffer; readonly initramfs: Buffer };
  readonly tally: StageTally;
}

/** @param url Of its script. @throws What ended its life; its tally has it already. */
export async function bootMachine(deps: MachineDeps, index: number, url: string, signal: AbortSignal): Promise<void> {
  const { files, tally, bytesPerSecond } = deps;
  const { address } = paperMachineAt(index);
  const download = (name: Stage, from: string, expected: Buffer) =>
    tally.time(name, (repeated) => readFile({ url: from, address, bytesPerSecond, repeated }, expected, signal));

  const links = await tally.time("script", async (repeated) => {
    const parts: Buffer[] = [];
    await readByHttp({ url, address, bytesPerSecond, repeated }, (part) => void parts.push(part), signal);
    return linksOf(Buffer.concat(parts).toString("utf8"));
  });
  await download("kernel", links.kernel, files.kernel);
  await download("initramfs", links.initramfs, files.initramfs);
  const { grpcAuthority: authority, workerId } = links;
  await tally.time("first action", (repeated) => askForAction({ authority, workerId, address, repeated }, signal));
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
