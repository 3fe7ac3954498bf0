import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "./memory-store.ts";
import { storeContract } from "./testing/store-contract.ts";

storeContract("the memory store", async (limits) => {
  const store = openMemoryStore({ clock: systemClock, newUid: () => crypto.randomUUID() }, limits);
  return { store, dispose: () => store.close() };
});
