import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { destroyLab, labExecCommand, openLab, startLab } from "./lab-client.ts";

const dir = await mkdtemp(join(tmpdir(), "lab-d-"));
const { signal } = new AbortController();
const patience = { timeoutMs: 10_000 };
after(async () => {
  await destroyLab(dir, patience).catch(() => undefined);
  await rm(dir, { recursive: true });
});

test("a lab is started, ruled from outside and ended", async () => {
  const lab = await startLab({ dir, accelerator: "tcg", network: { cables: "packet-socket" } }, signal);
  await assert.rejects(startLab({ dir, accelerator: "tcg" }, signal), {
    code: "daemon-refused",
    message: /already runs/,
  });

  assert.equal((await lab.add({ name: "m1" })).power, "off");
  await assert.rejects(lab.add({ name: "m1" }), { code: "already-exists" });
  await assert.rejects(lab.add({ name: "m2", memoryMiB: 1 }), { code: "bad-spec", message: /memoryMiB/ });
  await assert.rejects(lab.power("m9", "on"), { code: "not-found", message: /there are: m1/ });
  await assert.rejects(lab.power("m1", "reset"), { code: "not-running", message: /power it on first/ });

  await assert.rejects(lab.serial("m1", false), { code: "not-running", message: /m1 has said nothing yet/ });

  assert.equal((await lab.add({ name: "m3", mac: "02:4c:41:42:00:02" })).power, "off");
  assert.equal((await lab.add({ name: "m4" })).mac, "02:4c:41:42:00:03");
  await lab.remove("m3");
  await lab.remove("m4");
  assert.equal((await lab.power("m1", "on")).power, "on");
  let text = "";
  for await (const chunk of (await lab.serial("m1", true)).setEncoding("utf8")) {
    text += chunk;
    if (/SeaBIOS/.test(text)) break;
  }
  await lab.power("m1", "reset");
  await lab.power("m1", "cycle");
  assert.deepEqual(
    (await lab.list()).map(({ name, power }) => `${name} ${power}`),
    ["m1 on"],
  );

  const [nsenter = "", ...args] = await labExecCommand(dir, ["ip", "-brief", "address", "show", "br0"]);
  assert.match(await runProgram([nsenter, ...args]), /10\.77\.0\.1\/24 169\.254\.169\.254\/32/);

  assert.equal((await lab.power("m1", "off")).power, "off");
  await lab.remove("m1");
  assert.deepEqual(await lab.list(), []);
  await destroyLab(dir, patience);
  await assert.rejects(openLab(dir), { code: "no-lab", message: /no lab runs in .*tink lab start/ });
});
