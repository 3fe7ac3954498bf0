import { systemClock } from "@neverland/platform/clock.ts";
import { openMemoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("the memory store", async (limits) => {
  const store = openMemoryStore({ clock: systemClock, newUid: () => crypto.randomUUID() }, limits);
  return { store, dispose: () => store.close() };
});
