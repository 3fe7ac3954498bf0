// A store in which somebody changed objects with another program while the server was down.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import type { ResourceStore } from "../resource-store.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import type { StoredFault } from "../stored-fault.ts";

/** @param sql Of the table `objects`: `namespace`, `name`, and `object`, which is the text. */
export async function openSpoiltStore(
  t: TestContext,
  fill: (store: ResourceStore) => Promise<unknown>,
  sql: string,
  onFault: (fault: StoredFault) => void = () => undefined,
): Promise<ResourceStore> {
  const folder = await mkdtemp(join(tmpdir(), "spoilt-store-"));
  const file = join(folder, "store.db");
  const before = await openSqliteStore(file);
  await fill(before);
  await before.close();
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
  const store = await openSqliteStore(file, { onFault });
  t.after(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return store;
}
