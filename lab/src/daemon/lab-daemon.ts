// A lab that outlives the command that started it: a rack in a namespace, ruled over a socket in its folder.
import { chmod, mkdir, unlink } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createConnection } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { LabError, reasonOf } from "../lab-error.ts";
import { type Forward, forwardIntoLab } from "../namespace/port-forward.ts";
import type { NetworkOptions } from "../network/network.ts";
import type { Accelerator } from "../qemu/qemu-command.ts";
import { openRack } from "../rack.ts";
import { answerLabRequest, type LabControl } from "./lab-routes.ts";

export interface LabDaemonOptions {
  /** Holds the control socket and the machines' folders. One daemon at a time. */
  readonly dir: string;
  readonly accelerator: Accelerator;
  readonly network?: NetworkOptions;
}

const longestBodyBytes = 65_536;

/** Where a server inside serves its API, and the socket in the lab's folder by which it is reached from outside. */
export const labApiPort = 7480;
export const labApiSocket = "api.sock";

export function controlSocketPath(dir: string): string {
  return join(dir, "control.sock");
}

/**
 * Serves until `signal` aborts or a request destroys the lab, then powers every machine off. Runs inside `runInLabNamespace`.
 * @throws {LabError} `daemon-refused` when another daemon serves this folder.
 */
export async function runLabDaemon(options: LabDaemonOptions, signal: AbortSignal): Promise<void> {
  await mkdir(options.dir, { recursive: true });
  const path = controlSocketPath(options.dir);
  await claim(path, options.dir);
  const end = new AbortController();
  const rack = await openRack(options, end.signal);
  const control: LabControl = { rack, destroy: () => end.abort() };
  const server = createServer((request, response) => void serve(request, response, control));
  let api: Forward | undefined;
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
    await chmod(path, 0o600); // who may talk to it may start programs as its user
    api = await forwardIntoLab(join(options.dir, labApiSocket), { host: "127.0.0.1", port: labApiPort });
    await aborted(AbortSignal.any([signal, end.signal]));
  } finally {
    await rack.close();
    await api?.close();
    server.close();
    server.closeAllConnections();
    await unlink(path).catch(() => undefined);
  }
}

async function claim(path: string, dir: string): Promise<void> {
  if (await answers(path))
    throw new LabError("daemon-refused", `a lab already runs in ${dir}; use it, or end it with: tink lab destroy`);
  await unlink(path).catch(() => undefined); // of a daemon that was killed
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, control: LabControl): Promise<void> {
  const hungUp = new AbortController();
  response.once("close", () => hungUp.abort());
  try {
    const url = new URL(request.url ?? "/", "http://lab");
    const body = await readBody(request);
    const answer = await answerLabRequest(
      { method: request.method ?? "GET", url, body, signal: hungUp.signal },
      control,
    );
    if ("stream" in answer) await pipeline(answer.stream, response);
    else sendJson(response, 200, answer.json);
  } catch (error) {
    if (response.headersSent || response.destroyed) response.destroy();
    else
      sendJson(response, statusOf(error), {
        code: error instanceof LabError ? error.code : "internal",
        message: reasonOf(error),
      });
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(value));
}

function statusOf(error: unknown): number {
  if (!(error instanceof LabError)) return 500;
  if (error.code === "not-found") return 404;
  if (error.code === "already-exists" || error.code === "not-running") return 409;
  return error.code === "bad-spec" ? 400 : 500;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > longestBodyBytes) throw new LabError("bad-spec", "the request's body is over 64 KiB");
  }
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LabError("bad-spec", `the request's body is not JSON: ${reasonOf(cause)}`, { cause });
  }
}
