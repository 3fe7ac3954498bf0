// `tink up` with a hall of machines that all have an installation waiting, and what they load in its folders.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paperFile } from "@neverland/paper-rack/boot/paper-file.ts";
import type { StormOrder } from "@neverland/paper-rack/storm/storm-order.ts";
import { rackHall } from "../dhcp/dhcp-servers.ts";
import type { RackCable } from "../dhcp/rack-cable.ts";
import { writeHall } from "../scale/full-data-folder.ts";
import { ServerProcess } from "../workers/server-process.ts";
import { allReady, readAddresses, tinkUp } from "../workers/tink-up.ts";

export type StormFiles = Pick<StormOrder, "binaryBytes" | "kernelBytes" | "initramfsBytes">;

const readyTimeoutMs = 300_000;

/** In this process's own network, where the cable is laid already; resolves when every workflow waits for its worker. */
export async function startStormServer(
  { server }: RackCable,
  machines: number,
  files: StormFiles,
): Promise<ServerProcess> {
  const process = await ServerProcess.start(async (dir) => {
    await writeHall(dir, { machines, workflows: machines, events: 0 }, rackHall);
    const ipxe = join(dir, "ipxe");
    const hook = join(dir, "hook");
    await Promise.all([ipxe, hook].map((folder) => mkdir(folder, { recursive: true })));
    await writeFile(join(ipxe, "snponly.efi"), paperFile(files.binaryBytes));
    await writeFile(join(hook, "vmlinuz-x86_64"), paperFile(files.kernelBytes));
    await writeFile(join(hook, "initramfs-x86_64"), paperFile(files.initramfsBytes));
    return tinkUp(dir, ["--interface", server.name, "--ipxe-dir", ipxe], server.host);
  });
  try {
    await allReady(await readAddresses(process.readyLine), AbortSignal.timeout(readyTimeoutMs));
    return process;
  } catch (error) {
    await process.stop();
    throw error;
  }
}
