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
  await say(`${name} ${object.metadata.resourceVersion}\n`);
  object = await store.update(Template, { ...object, spec: { data: "y".repeat(700) } });
  await say(`${name} ${object.metadata.resourceVersion}\n`);
}

/** Said once it returns, whatever kills this process then. A busy reader lets the pipe fill up, which is waited for. */
async function say(line: string): Promise<void> {
  for (;;) {
    try {
      writeSync(1, line);
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await new Promise(setImmediate);
    }
  }
}

for (let round = 0; ; round++) await Promise.all(["a", "b", "c"].map((part) => write(`${run}-${round}-${part}`)));
