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
export type BareOrder = { readonly writers: readonly number[]; readonly forMs: number };

process.once("message", (order: BareOrder) => {
  void measure(order).then((rates) => process.send?.(rates, () => process.disconnect?.()));
});

async function measure({ writers, forMs }: BareOrder): Promise<BareRate[]> {
  const dir = await mkdtemp(join(tmpdir(), "bench-store-"));
  const store = await openSqliteStore(join(dir, "neverland.db"));
  const hardware = typedStore(store, kinds.Hardware);
  const rates: BareRate[] = [];
  let next = 0;
  const put = async () => void (await hardware.create(hardwareOf(next++)));
  try {
    await closedLoop(32, forMs / 4, put); // compiled and warm
    for (const count of writers) {
      const [main, all] = [process.threadCpuUsage(), process.cpuUsage()];
      const { done, perSecond } = await closedLoop(count, forMs, put);
      const [mainUsed, allUsed] = [process.threadCpuUsage(main), process.cpuUsage(all)];
      const each = ({ user, system }: NodeJS.CpuUsage) => (user + system) / done;
      rates.push({ perSecond, mainUs: each(mainUsed), allUs: each(allUsed) });
    }
    return rates;
  } finally {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}
