// Fills the small file system named by its argument through a store, then makes space, and prints what it saw.
import { rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { apiVersionOf, kinds } from "@neverland/api";
import { StoreError } from "../resource-store.ts";
import { openSqliteStore } from "../sqlite-store.ts";

const { Template } = kinds;
const folder = process.argv[2] ?? "";
const ballast = join(folder, "ballast");
writeFileSync(ballast, Buffer.alloc(400_000));
const store = await openSqliteStore(join(folder, "store.db"));
const say = (line: string) => writeSync(1, `${line}\n`);
const create = (name: string) =>
  store.create(Template, {
    apiVersion: apiVersionOf(Template),
    kind: "Template",
    metadata: { name, namespace: "default" },
    spec: { data: "x".repeat(4000) },
  });

const written: string[] = [];
let newest = "0";
try {
  for (let index = 0; index < 1000; index++) {
    newest = (await create(`t${index}`)).metadata.resourceVersion;
    written.push(`t${index}`);
  }
} catch (error) {
  say(error instanceof StoreError ? `${error.code}: ${error.message}` : String(error));
}
const list = await store.list(Template);
const kept = new Set(list.items.map((item) => item.metadata.name));
const lost = written.filter((name) => !kept.has(name));
say(`lost ${lost.length} of ${written.length}, version ${list.resourceVersion} after ${newest}`);
rmSync(ballast);
await create("again");
say("written again");
await store.close();
