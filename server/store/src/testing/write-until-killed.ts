// Writes to the store named by its argument until it is killed, and prints `NAME VERSION` for each acknowledged write.
import { writeSync } from "node:fs";
import { apiVersionOf, kinds } from "@neverland/api";
import { openSqliteStore } from "../sqlite-store.ts";

const { Template } = kinds;
const store = await openSqliteStore(process.argv[2] ?? "");
const run = `r${process.pid}`;

async function write(name: string): Promise<void> {
  const metadata = { name, namespace: "default" };
  const resource = { apiVersion: apiVersionOf(Template), kind: "Template", metadata, spec: { data: "x".repeat(500) } };
  let object = await store.create(Template, resource);
  writeSync(1, `${name} ${object.metadata.resourceVersion}\n`);
  object = await store.update(Template, { ...object, spec: { data: "y".repeat(700) } });
  writeSync(1, `${name} ${object.metadata.resourceVersion}\n`);
}

for (let round = 0; ; round++) await Promise.all(["a", "b", "c"].map((part) => write(`${run}-${round}-${part}`)));
