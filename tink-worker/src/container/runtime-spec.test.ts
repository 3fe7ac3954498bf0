// What containers get, as Docker's users expect it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerRequest } from "./container-runtime.ts";
import { runtimeSpec, type SpecInputs } from "./runtime-spec.ts";
import { parseVolumes } from "./volumes.ts";

function spec(
  changes: Partial<ContainerRequest> = {},
  volumes: readonly string[] = [],
): ReturnType<typeof runtimeSpec> {
  const request: ContainerRequest = {
    ...{ id: "x", command: [], environment: [], volumes: [], pid: "", network: "" },
    image: { config: { Entrypoint: ["/init"], Cmd: ["default"] }, layers: [] },
    ...changes,
  };
  const inputs: SpecInputs = {
    request,
    user: { uid: 0, gid: 0, home: "/root" },
    volumes: parseVolumes(volumes, "/v"),
    capabilities: ["CAP_SYS_ADMIN"],
    hostFiles: [{ source: "/run/resolv.conf", destination: "/etc/resolv.conf" }],
    workerDir: "/worker",
  };
  return runtimeSpec(inputs);
}

test("the command replaces Cmd and leaves the entrypoint", () => {
  assert.deepEqual(spec().process.args, ["/init", "default"]);
  assert.deepEqual(spec({ command: ["a", "b c"] }).process.args, ["/init", "a", "b c"]);
});

test("an action without any program is refused", () => {
  assert.throws(() => spec({ image: { config: {}, layers: [] } }), { code: "bad-action", message: /names a program/ });
});

test("the action's environment lies over the image's, ours over both", () => {
  const image = { config: { Entrypoint: ["/x"], Env: ["A=image", "B=1", "PATH=/bin", "TINK_WORKER=no"] }, layers: [] };
  assert.deepEqual(spec({ image, environment: ["A=action=x", "EMPTY="] }).process.env, [
    "PATH=/bin",
    "HOME=/root",
    "A=action=x",
    "B=1",
    "TINK_WORKER=neverland",
    "EMPTY=",
  ]);
});

test("the host's network is shared unless none is asked for", () => {
  const types = (changes: Partial<ContainerRequest>): string[] =>
    spec(changes).linux.namespaces.map(({ type }) => type);
  assert.deepEqual(types({}), ["mount", "ipc", "pid"]);
  assert.deepEqual(types({ pid: "host", network: "none" }), ["mount", "ipc", "network"]);
  assert.throws(() => types({ network: "bridge" }), { code: "bad-action" });
  assert.throws(() => types({ pid: "container:x" }), { code: "bad-action" });
});

test("a volume takes the place of our own mount", () => {
  const sources = (volumes: readonly string[]): string[] =>
    spec({}, volumes)
      .mounts.filter(({ destination }) => destination === "/worker")
      .map(({ source }) => source);
  assert.deepEqual(sources([]), ["/worker"]);
  assert.deepEqual(sources(["/elsewhere:/worker"]), ["/elsewhere"]);
});

test("volumes come after what they lie on", () => {
  const destinations = spec({}, ["/dev/console:/dev/console"]).mounts.map(({ destination }) => destination);
  assert.ok(destinations.indexOf("/dev") < destinations.indexOf("/dev/console"));
});
