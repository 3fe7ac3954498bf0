// The worker protocol over TLS between the two programs as they ship: tink up with a certificate that nobody signed, and Tink Worker.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { type ServerProcess, startServerProcess } from "../../demo/server-process.ts";

const workerProgram = join(import.meta.dirname, "../../../../tink-worker/src/main.ts");
let dir: string;
let server: ServerProcess;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-tls-"));
  const [cert, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const kind = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-days",
    "2",
  ];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const ports = ["--api-listen", "127.0.0.1:0", "--http-port", "0", "--grpc-port", "0"];
  const tls = ["--grpc-cert", cert, "--grpc-key", key];
  const args = ["--data-dir", join(dir, "data"), ...ports, ...tls];
  server = await startServerProcess(args, join(dir, "server.log"), new AbortController().signal);
});

after(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

/** What a worker's log says of its first question to the server. */
async function firstAnswer(insecure: boolean): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    ID: "52:54:00:00:00:01",
    TINKERBELL_GRPC_AUTHORITY: String(server.addresses.grpc),
    TINKERBELL_TLS: "true",
    TINKERBELL_INSECURE_TLS: String(insecure),
    AGENT_ATTRIBUTE_DETECTION: "false",
    TINK_STATE_DIR: join(dir, `worker-${insecure}`),
    TINK_WORKER_DIR: join(dir, `worker-${insecure}`),
  };
  const worker = spawn(process.execPath, [workerProgram], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(worker, "exit");
  let answer = "";
  for await (const line of createInterface({ input: worker.stdout })) {
    if (!/"(no-action|server-unreachable|worker-failed)"/.test(line)) continue;
    answer = line;
    break;
  }
  worker.kill();
  await ended;
  return answer;
}

test("a worker that takes any certificate is answered over TLS", async () => {
  assert.match(await firstAnswer(true), /"no-action".*no workflow/i);
});

test("one that does not refuses it, and says why", async () => {
  assert.match(await firstAnswer(false), /"server-unreachable".*self-signed certificate/);
});
