// The machines beside a flood: each kind of question, again and again, and how long its answers take.
import { Agent, get as httpGet } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { machineAt } from "../workers/machine.ts";
import { readOneBlock } from "./read-one-block.ts";
import { DhcpType, Relay } from "./relay.ts";

/** Milliseconds of each answer, by the kind of question. */
export type Answers = Record<string, number[]>;

const betweenMs = 20;
const timeoutMs = 2000;

export type Server = { readonly http: string; readonly api: string; readonly token: string };

/** @param machines Those of the server; each question comes of the next one. */
export async function askAsNeighbours(server: Server, machines: number, forMs: number): Promise<Answers> {
  const relay = await Relay.open("127.0.0.2");
  const agent = new Agent({ keepAlive: true });
  const questions: Record<string, (index: number) => Promise<boolean>> = {
    "DHCP: DISCOVER": (index) => relay.ask(machineAt(index).mac, DhcpType.discover, timeoutMs),
    "TFTP: a file": (index) => readOneBlock(machineAt(index).address, timeoutMs),
    "HTTP: boot script": (index) => get(`${server.http}/ipxe/script/auto.ipxe`, machineAt(index).address),
    "HTTP: metadata": (index) => get(`${server.http}/2009-04-04/meta-data/hostname`, machineAt(index).address),
    "API: one Hardware": (index) =>
      get(`${server.api}/apis/tinkerbell.org/v1alpha1/namespaces/default/hardware/node-${index}`, "127.0.0.1", {
        agent,
        headers: { authorization: `Bearer ${server.token}` },
      }),
  };
  const untilMs = performance.now() + forMs;
  const answers: Answers = {};
  const ask = async ([kind, question]: [string, (index: number) => Promise<boolean>], offset: number) => {
    const times: number[] = [];
    answers[kind] = times;
    for (let turn = offset; performance.now() < untilMs; turn += 1) {
      const fromMs = performance.now();
      const isAnswered = await question(turn % machines);
      times.push(isAnswered ? performance.now() - fromMs : Number.POSITIVE_INFINITY);
      await delay(betweenMs);
    }
  };
  await Promise.all(Object.entries(questions).map((entry, at) => ask(entry, at * 100)));
  relay.close();
  agent.destroy();
  return answers;
}

/** Resolves with whether it was answered with a 200, whole. */
export function get(url: string, localAddress: string, options: object = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const request = httpGet(url, { localAddress, timeout: timeoutMs, ...options }, (response) => {
      response.resume();
      response.once("close", () => resolve(response.statusCode === 200 && response.complete));
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
