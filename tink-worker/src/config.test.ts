// Options as today's and yesterday's launchers pass them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText, readConfig, type WorkerConfig } from "./config.ts";

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}): WorkerConfig {
  const config = readConfig(args, env);
  assert.notEqual(config, "help");
  return config as WorkerConfig; // asserted in the line above
}

const least = ["--id", "a", "--grpc-server", "192.0.2.1:42113"];

test("what HookOS' launcher sets is enough", () => {
  const config = read([], {
    ...{ ID: "52:54:00:00:00:01", WORKER_ID: "52:54:00:00:00:01", TINKERBELL_GRPC_AUTHORITY: "192.0.2.1:42113" },
    ...{
      TINKERBELL_TLS: "false",
      TINKERBELL_INSECURE_TLS: "true",
      DOCKER_REGISTRY: "",
      REGISTRY_USERNAME: "",
      REGISTRY_PASSWORD: "",
    },
    ...{ TINK_REGISTRY_MIRROR: "http://192.0.2.1:7080", TINK_LAYERS_DIR: "/usr/lib/tink/layers" },
  });
  assert.equal(config.agentId, "52:54:00:00:00:01");
  assert.equal(config.serverAuthority, "192.0.2.1:42113");
  assert.deepEqual([config.tls, config.insecureTls], [false, true]);
  assert.deepEqual(config.logins, []);
  assert.equal(config.registryMirror?.href, "http://192.0.2.1:7080/");
  assert.equal(config.layersDir, "/usr/lib/tink/layers");
});

test("a flag beats AGENT_, which beats the old name", () => {
  const env = { AGENT_ID: "agent", ID: "old" };
  assert.equal(read(least, env).agentId, "a");
  assert.equal(read(least.slice(2), env).agentId, "agent");
});

test("old flags are taken", () => {
  const config = read([
    "--id=a",
    "--tinkerbell-grpc-authority=[fd00::1]:42113",
    "--tinkerbell-tls=true",
    "--docker-registry=r.test",
    "--registry-username=u",
    "--registry-password=p",
  ]);
  assert.equal(config.serverAuthority, "[fd00::1]:42113");
  assert.equal(config.tls, true);
  assert.deepEqual(config.logins, [{ registry: "r.test", username: "u", password: "p" }]);
  assert.equal(config.defaultRegistry, "r.test");
});

test("lists are split", () => {
  const config = read([...least, "--insecure-registries", "a:5000, b", "--registry-aliases", "x.test=y.test"]);
  assert.deepEqual([...config.insecureRegistries], ["a:5000", "b"]);
  assert.deepEqual([...config.registryAliases], [["x.test", "y.test"]]);
});

for (const [args, message] of [
  [[], /--id is not set/],
  [["--id", "a"], /--grpc-server is not set/],
  [["--id", "a", "--grpc-server", "http://x:1"], /host:port, without a scheme/],
  [[...least, "--grpc-tls", "maybe"], /"maybe", but should be true or false/],
  [[...least, "--registry-mirror", "ftp://x"], /an http or https URL/],
  [[...least, "--backoff-max-interval", "5"], /a duration such as/],
  [[...least, "--registry-aliases", "x"], /NAME=HOST/],
  [[...least, "--runtim", "docker"], /Unknown option '--runtim'/],
] as const)
  test(`[${args.join(" ")}] is refused`, () =>
    assert.throws(() => readConfig(args, {}), { code: "bad-config", message }));

test("help names every option", () => {
  assert.equal(readConfig(["--help"], {}), "help");
  assert.match(helpText(), /--grpc-server HOST:PORT +Tink Server/);
});
