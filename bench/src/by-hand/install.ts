// One installation by hand, inside the lab's namespace: prints when each stage was reached. Started by power-on.ts only.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { answerOrder, openRack, waitForSsh } from "@neverland/lab";
import { startDnsmasq } from "./dnsmasq.ts";
import { startWebServer } from "./web-server.ts";

/** From power-on.ts, as one JSON argument. */
export type ByHandOrder = {
  readonly dir: string;
  readonly systemDir: string;
  readonly imageDir: string;
  readonly firmware: "bios" | "uefi";
  readonly accelerator: "kvm" | "tcg";
  readonly memoryMiB: number;
};

/** To power-on.ts, as one line of JSON: seconds from power-on, in the order of the stages. */
export type ByHandResult = { readonly reached: Readonly<Record<string, number>> };

const serverAddress = "10.77.0.1";
const machineAddress = "10.77.0.50";
const mac = "52:54:00:77:00:60";
const timeoutMs = 10 * 60_000;

async function installByHand(order: ByHandOrder, signal: AbortSignal): Promise<ByHandResult> {
  const { dir, systemDir, imageDir, firmware, accelerator, memoryMiB } = order;
  const reached: Record<string, number> = {};
  let poweredOnMs = Number.NaN;
  const mark = (stage: string): void => {
    reached[stage] = (Date.now() - poweredOnMs) / 1000;
  };
  const rack = await openRack({ dir: join(dir, "rack"), accelerator }, signal);
  const { bridge } = rack.network.config;
  const keyFile = join(dir, "id_ed25519");
  await runProgram(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keyFile], { signal });
  const sshPublicKey = (await readFile(`${keyFile}.pub`, "utf8")).trim();
  await runProgram(["ip", "addr", "add", "fd77::1/64", "dev", bridge, "nodad"], { signal });
  const url = `http://${serverAddress}`;
  await startDnsmasq({ bridge, serverAddress, bootScriptUrl: `${url}/boot.ipxe`, mac, machineAddress }, dir, signal);
  await startWebServer({ systemDir, imageDir, sshPublicKey, url }, { host: serverAddress, port: 80 }, mark);
  const machine = await rack.add({ name: "by-hand", mac, firmware, memoryMiB });
  poweredOnMs = Date.now();
  await machine.powerOn(signal);
  await waitForSsh({ host: machineAddress, user: "debian", keyFile }, "true", { signal, timeoutMs });
  mark("ssh");
  return { reached };
}

await answerOrder(installByHand);
