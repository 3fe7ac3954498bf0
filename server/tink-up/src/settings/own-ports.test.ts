// Which settings are refused since they name the same port, and which only look like it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import { readServerConfig } from "./config.ts";

/** @returns What is wrong with them; nothing where they are good. */
async function problemsOf(said: Readonly<Record<string, unknown>>): Promise<string> {
  const flags: Given = new Map(Object.entries(said).map(([name, value]) => [name, { from: "flag", value, name }]));
  return await readServerConfig({ dataDir: "/data", env: { TINK_CONFIG: "/dev/null" }, flags }).then(
    () => "",
    (error: Error) => error.message,
  );
}

const eth1 = { "boots.interfaces": ["eth1"] };

for (const [what, said, names] of [
  [
    "a second port that is the first",
    { "boots.http.alsoPort": "7080" },
    "boots.http.alsoPort and --http-port both name TCP port 7080",
  ],
  [
    "a second port that is the workers'",
    { "boots.http.alsoPort": "42113" },
    "boots.http.alsoPort and --grpc-port both name TCP port 42113",
  ],
  [
    "workers' port that is the API's",
    { "tinkServer.port": "7480" },
    "tinkServer.port and --api-listen both name TCP port 7480",
  ],
  [
    "a port of links that all addresses have",
    { ...eth1, "api.listen": "0.0.0.0:7080" },
    "api.listen and --http-port both name TCP port 7080",
  ],
  [
    "DHCP's port that is TFTP's",
    { ...eth1, "boots.dhcp.port": "69" },
    "boots.dhcp.port and --tftp-port both name UDP port 69",
  ],
] as const)
  test(`is refused: ${what}`, async () => {
    assert.equal(await problemsOf(said), `tink up: ${names}; give one of them another port`);
  });

for (const [what, said] of [
  ["any free port twice", { "boots.http.port": "0", "boots.http.alsoPort": "0" }],
  ["a port at other addresses", { ...eth1, "api.listen": "127.0.0.1:7080" }],
  ["a port of what does not run", { only: ["api", "boots"], "boots.http.alsoPort": "42113" }],
  ["a number of both protocols", { ...eth1, "boots.http.alsoPort": "69" }],
] as const)
  test(`is no clash: ${what}`, async () => assert.equal(await problemsOf(said), ""));
