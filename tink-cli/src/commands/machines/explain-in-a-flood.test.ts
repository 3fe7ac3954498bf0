// What tink explain knows when someone has filled the network with made-up machines, or a machine's own timeline with noise.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type MachineEventInput } from "@neverland/api";
import { startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { mac, offer, startTimeline } from "@neverland/timeline/testing/timeline-bench.ts";
import { startCli } from "../../testing/cli-bench.ts";

const stranger = (of: string): MachineEventInput => ({
  ...{ source: "boots/dhcp", type: "DhcpIgnored", reason: "UnknownMachine", mac: of, link: "eth0" },
  message: `no Hardware has the MAC ${of}`,
});

test("a machine that was plugged in after 50,000 made-up MACs is explained, and so is one that others speak for", async () => {
  await using bench = await startTimeline();
  const { timeline, clock } = bench;
  const resources = openMemoryStore({ clock, newUid: () => crypto.randomUUID() });
  const store = routedStore(resources, new Map([[kinds.MachineEvent, timeline.view]]));
  const interfaces = [{ dhcp: { mac } }];
  await store.create(kinds.Hardware, {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { namespace: "lab", name: "m1" },
    spec: { interfaces },
  });
  for (let n = 0; n < 50_000; n++)
    timeline.record(
      stranger(
        `02:00:${n
          .toString(16)
          .padStart(8, "0")
          .replace(/..(?!$)/g, "$&:")}`,
      ),
    );
  const real = "52:54:00:00:00:77";
  timeline.record(stranger(real));
  timeline.record({
    ...offer,
    source: "oci-registry",
    type: "ImageNotFound",
    reason: "NotInLayout",
    message: "m1 asked for image a:1, which is not here",
  });
  for (let n = 0; n < 5000; n++)
    timeline.record({
      ...offer,
      type: "DhcpNak",
      reason: "WrongAddress",
      message: `asked for 10.1.${n >> 8}.${n & 255}`,
    });
  const api = await startApiServer({ store });
  try {
    const explain = async (machine: string) => {
      const access = ["--server", api.url, "--token", api.token];
      return (await startCli([...access, "explain", machine]).ended).stdout;
    };
    assert.match(
      await explain(real),
      /no Hardware has the MAC 52:54:00:00:00:77\n[\s\S]*next: apply a Hardware with this MAC/,
    );
    assert.match(
      await explain(mac),
      /because m1 asked for image a:1, which is not here\n[\s\S]*next: add the image to the layout/,
    );
  } finally {
    await api.close();
  }
});
