// The store without anything around it, as a process of its own: durable writes by so many writers at once. Its parent names them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "@neverland/api";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { hardwareOf } from "../scale/full-data-folder.ts";
import { closedLoop } from "./closed-loop.ts";

/** CPU in microseconds a write: of the thread that answers packets, and of the whole process. */
export type BareRate = { readonly perSecond: number; readonly mainUs: number; readonly allUs: number };
export type BareOrder = { readonly writers: number; readonly forMs: number };

const dir = await mkdtemp(join(tmpdir(), "bench-store-"));
const store = await openSqliteStore(join(dir, "neverland.db"));
const hardware = typedStore(store, kinds.Hardware);
let next = 0;
const put = async () => void (await hardware.create(hardwareOf(next++)));

process.on("message", (order: BareOrder) => {
  void measure(order).then((rate) => process.send?.(rate));
});
process.once("disconnect", () => {
  void store.close().then(() => rm(dir, { recursive: true, force: true }));
});

async function measure({ writers, forMs }: BareOrder): Promise<BareRate> {
  const [main, all] = [process.threadCpuUsage(), process.cpuUsage()];
  const { done, perSecond } = await closedLoop(writers, forMs, put);
  const [mainUsed, allUsed] = [process.threadCpuUsage(main), process.cpuUsage(all)];
  const each = ({ user, system }: NodeJS.CpuUsage) => (user + system) / done;
  return { perSecond, mainUs: each(mainUsed), allUs: each(allUsed) };
}
