// A machine whose Hardware says nothing of netboot, by the whole server: it netboots while a workflow waits for it, and its view says how far it is.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { kinds, ResourceClient } from "@neverland/api";
import { trustingFetch } from "@neverland/api/trusting-fetch";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import type { Logger } from "@neverland/platform/log/log.ts";
import { startServer } from "./main.ts";
import { readServerConfig } from "./settings/config.ts";

const mac = "52:54:00:00:00:01";
const address = "10.0.0.5";
const key = { namespace: "default", name: "m1" };

test("a workflow lends its machine the permission to netboot, and takes it along when it goes", {
  timeout: 60_000,
}, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "netboot-for-work-"));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const flags: Given = new Map([
    ["only", { from: "flag", value: ["boots", "controllers", "api"], name: "--only" }],
    ["api.listen", { from: "flag", value: "127.0.0.1:0", name: "--api-listen" }],
    ["boots.trustedProxies", { from: "flag", value: ["127.0.0.1"], name: "--trusted-proxy" }],
    ["boots.http.port", { from: "flag", value: "0", name: "--http-port" }],
  ]);
  const config = await readServerConfig({ dataDir, configFile: undefined, env: {}, flags });
  const silent = (): void => undefined;
  const log = { info: silent, warn: silent, error: silent } as unknown as Logger; // all that composition uses of it
  const server = await startServer(config, { log, version: "0.0.0", signal: t.signal });
  t.after(() => server.stop(AbortSignal.timeout(5000)));
  const transport = {
    server: server.addresses.api ?? "",
    token: (await readFile(join(dataDir, "token"), "utf8")).trim(),
    fetch: trustingFetch({ authority: await readFile(join(dataDir, "tls/ca.crt"), "utf8") }),
  };
  const [hardware, workflows, views] = [
    new ResourceClient(kinds.Hardware, transport),
    new ResourceClient(kinds.Workflow, transport),
    new ResourceClient(kinds.MachineView, transport),
  ];
  const headers = { "x-forwarded-for": address };
  const askForScript = async () =>
    (await fetch(`${server.addresses.http}/ipxe/script/${mac}/auto.ipxe`, { headers })).status;
  const reached = async (reason: string): Promise<void> => {
    for await (const event of views.watch({ signal: t.signal })) {
      const seen = event.type === "synced" ? event.items : event.type === "bookmark" ? [] : [event.object];
      if (seen.some((view) => view.metadata.name === "m1" && view.reason === reason)) return;
    }
  };

  await hardware.create({ metadata: key, spec: { interfaces: [{ dhcp: { mac, ip: { address } } }] } });
  await reached("NoWorkflow");
  assert.equal(await askForScript(), 404);

  const data = `version: "0.1"\nname: t\nglobal_timeout: 60\ntasks:\n- name: a\n  worker: "${mac}"\n  actions:\n  - {name: one, image: alpine, timeout: 60}\n`;
  await new ResourceClient(kinds.Template, transport).create({ metadata: { ...key, name: "t" }, spec: { data } });
  await workflows.create({ metadata: { ...key, name: "w" }, spec: { templateRef: "t", hardwareRef: "m1" } });
  await reached("NotSeen");
  assert.equal(await askForScript(), 200);
  await reached("Script");
  assert.equal((await hardware.get(key))?.spec?.interfaces?.[0]?.netboot, undefined); // nobody wrote it there

  await workflows.delete({ ...key, name: "w" });
  await reached("NoWorkflow");
  assert.equal(await askForScript(), 404);
});
