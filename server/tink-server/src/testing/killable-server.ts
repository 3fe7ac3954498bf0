// A whole Tink Server on a SQLite store, as a process that a test can kill. Prints its port as one line of JSON.

import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { action, documentOf, installer } from "@neverland/workflow-rules/testing/examples.ts";
import { TinkBench } from "./tink-bench.ts";

const [dataDir = "", actionCount = "0"] = process.argv.slice(2);
const actions = Array.from({ length: Number(actionCount) }, (_, n) => action(`action-${n}`));
const store = await openSqliteStore(dataDir);
const bench = new TinkBench({
  store,
  limits: defaultLimits,
  waitMs: 2000,
  document: documentOf([installer, ...actions]),
});
await bench.start();
if ((await bench.workflows.list()).items.length === 0) await bench.createWorkflow();
process.stdout.write(`${JSON.stringify({ port: bench.server.address?.port })}\n`);
