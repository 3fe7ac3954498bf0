// A Hardware that somebody changed with another program, so that no schema accepts it: its machine is told so, and the others are explained.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setInterval } from "node:timers/promises";
import { kinds } from "@neverland/api";
import { clientsOf } from "../../connection/connect.ts";
import { findConnection } from "../../connection/connection.ts";
import { startServerProcess } from "../../demo/server-process.ts";
import { startCli } from "../../testing/cli-bench.ts";
import { hardwareYaml } from "../../testing/manifests.ts";

test("what is wrong with a stored Hardware is on its machine's timeline, until it is mended", {
  timeout: 60_000,
}, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "tink-unusable-"));
  t.after(() => rm(dir, { recursive: true }));
  const ports = ["--api-listen", "127.0.0.1:0", "--http-port", "0", "--grpc-port", "0"];
  const start = async () => {
    const server = await startServerProcess(["--data-dir", dir, ...ports], join(dir, "server.log"), t.signal);
    t.after(() => server.stop());
    return { server, clients: clientsOf(await findConnection({ dataDir: dir }, {}, false)) };
  };
  const explained = async (machine: string) => (await startCli(["--data-dir", dir, "explain", machine]).ended).stdout;
  const { server, clients } = await start();
  const mac = (last: number) => `52:54:00:bb:00:0${last}`;
  for (const [last, name] of ["bad", "worse", "good", "twin"].entries())
    await clients(kinds.Hardware).create({ metadata: { name }, spec: { interfaces: [{ dhcp: { mac: mac(last) } }] } });
  await server.stop();
  const db = new DatabaseSync(join(dir, "neverland.db"));
  db.exec(`UPDATE objects SET object = json_set(object, '$.spec.interfaces[0].dhcp.mac', '52-54') WHERE name = 'bad';
    UPDATE objects SET object = json_set(object, '$.spec.interfaces', 'none') WHERE name = 'worse';
    UPDATE objects SET object = json_set(object, '$.spec.interfaces[0].dhcp.mac', '${mac(2)}') WHERE name = 'twin'`);
  db.close();
  const again = await start();
  assert.match(
    await explained("bad"),
    /^Hardware bad cannot be used as it is, .*\n {2}because spec\.interfaces\[0\]\.dhcp\.mac: expected a MAC address .*\n[\s\S]*next: put that right in Hardware bad/,
  );
  assert.match(await explained("worse"), /^Hardware worse cannot be used .*\n {2}because spec\.interfaces: /);
  assert.match(
    await explained("good"),
    /^Hardware good is not the only one of its machine, .*\n {2}because default\/good and default\/twin claim the same /,
  );
  await again.clients(kinds.Hardware).delete({ namespace: "default", name: "twin" });
  assert.match(await explained(mac(2)), /^No workflow is for good, .*\n {2}next: apply a Workflow/);
  const file = join(dir, "bad.yaml");
  await writeFile(file, hardwareYaml("bad", mac(0)));
  // When an object was written is kept to the second: what happened within that one counts as later.
  const foundBy = Math.floor(Date.now() / 1000);
  for await (const _ of setInterval(20)) if (Math.floor(Date.now() / 1000) > foundBy) break;
  await again.clients(kinds.Hardware).delete({ namespace: "default", name: "bad" });
  assert.equal((await startCli(["--data-dir", dir, "apply", "-f", file]).ended).code, 0);
  assert.doesNotMatch(await explained("bad"), /cannot be used|not acceptable/);
});
