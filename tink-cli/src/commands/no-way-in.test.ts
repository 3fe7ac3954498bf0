// What each command says that cannot get at a server: none is there, none is named, or it does not know the token.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type CliBench, openCliBench, startCli } from "../testing/cli-bench.ts";
import { templateYaml } from "../testing/manifests.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

/** Where nothing listens any more. */
async function silentServer(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of TCP, hence no path
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

const authorityFile = (): string => join(bench.dir, "tls/ca.crt");
const toBench = (): string[] => ["--server", bench.connection.server, "--certificate-authority", authorityFile()];

const commandsWithServer: readonly (readonly string[])[] = [
  ["get", "hw"],
  ["get", "hw", "-w"],
  ["get", "hw/a", "-o", "json"],
  ["describe", "hw/a"],
  ["delete", "hw/a"],
  ["explain", "a"],
  ["watch", "workflow/a"],
  ["watch", "hardware/a"],
  ["logs", "a"],
  ["logs", "-f", "a"],
];

describe("without a way in", () => {
  for (const words of commandsWithServer) {
    test(`tink ${words.join(" ")} with a wrong token is exit code 77`, async () => {
      const { code, stdout, stderr } = await startCli([...toBench(), "--token", "x", ...words]).ended;
      assert.deepEqual([code, stdout], [77, ""]);
      assert.match(
        stderr,
        /^tink: (GET|DELETE) http\S+ was refused: the server does not know the token of --token; .*\n$/,
      );
    });
    test(`tink ${words.join(" ")} with no server there is exit code 69`, async () => {
      const { code, stdout, stderr } = await startCli(["--server", await silentServer(), "--token", "x", ...words])
        .ended;
      assert.deepEqual([code, stdout], [69, ""]);
      assert.match(stderr, /^tink: (GET|DELETE) .* got no answer: .*ECONNREFUSED.*Is the server running.*\n$/);
    });
  }

  test("an apply says so too, and tells how far it came", async () => {
    const file = await bench.file("x.yaml", templateYaml("x"));
    const args = ["apply", "-f", file];
    assert.equal((await startCli([...toBench(), "--token", "x", ...args]).ended).code, 77);
    assert.equal((await startCli(["--server", await silentServer(), "--token", "x", ...args]).ended).code, 69);
  });

  test("nothing that names a server is exit code 69, with the places that were looked at", async () => {
    const { code, stderr } = await startCli(["get", "hw"]).ended;
    assert.equal(code, 69);
    assert.match(stderr, /^tink: No server was found: .*TINK_SERVER.*kubeconfig in .*\nStart one with "tink up"/);
  });

  const half: readonly [what: string, args: readonly string[], env: NodeJS.ProcessEnv, stderr: RegExp][] = [
    ["TINK_SERVER alone", [], { TINK_SERVER: "http://127.0.0.1:1" }, /^tink: No token was found: TINK_SERVER names /],
    ["--server alone", ["--server", "http://127.0.0.1:1"], {}, /^tink: No token was found: --server names the server/],
    ["TINK_TOKEN alone", [], { TINK_TOKEN: "x" }, /^tink: No server was found: TINK_TOKEN is set, but neither TINK_S/],
    [
      "an empty folder",
      ["--data-dir", "/nonexistent"],
      {},
      /^tink: No server was found: there is no kubeconfig in \/n/,
    ],
  ];
  for (const [what, args, env, stderr] of half)
    test(`${what} says what is missing`, async () => {
      const run = await startCli([...args, "get", "hw"], env).ended;
      assert.equal(run.code, 69);
      assert.match(run.stderr, stderr);
    });

  for (const server of ["127.0.0.1:7480", "localhost:7480", "ftp://127.0.0.1"])
    test(`a server "${server}" is told by its setting, with what was expected`, async () => {
      const told = (name: string) => `tink: ${name} ${server}: expected a URL such as https://127.0.0.1:7480.\n`;
      const byVariable = await startCli(["get", "hw"], { TINK_SERVER: server, TINK_TOKEN: "x" }).ended;
      assert.deepEqual([byVariable.code, byVariable.stderr], [2, told("TINK_SERVER")]);
      const byFlag = await startCli(["--server", server, "get", "hw"]).ended;
      assert.deepEqual([byFlag.code, byFlag.stderr], [2, told("--server")]);
    });

  test("a wrong token of the environment is told by its variable", async () => {
    const env = { TINK_SERVER: bench.connection.server, TINK_TOKEN: "x", TINK_CA: authorityFile() };
    const { code, stderr } = await startCli(["get", "hw"], env).ended;
    assert.equal(code, 77);
    assert.match(stderr, /does not know the token of TINK_TOKEN;/);
  });

  test("--data-dir goes before the environment", async () => {
    const env = { TINK_SERVER: "http://127.0.0.1:1", TINK_TOKEN: "x" };
    assert.equal((await startCli(["--data-dir", bench.dir, "get", "hw"], env).ended).code, 0);
  });

  test("a server whose CA is not named, and one that speaks no TLS, are told with what to do", async () => {
    const stranger = await startCli(["--server", bench.connection.server, "--token", "x", "get", "hw"]).ended;
    assert.equal(stranger.code, 69);
    assert.match(
      stranger.stderr,
      /certificate is not signed by the CA that is named here\. Give .*tls\/ca\.crt, as --c/,
    );
    const plain = String(bench.addresses.http).replace("http:", "https:");
    const wrong = await startCli(["--server", plain, "--token", "x", "get", "hw"]).ended;
    assert.equal(wrong.code, 69);
    assert.match(wrong.stderr, /it does not speak TLS there\. Is it http:/);
  });
});
