// What people and programs ask of the resource API, over plain HTTP/1.1 with connections kept.
import { Agent, type IncomingMessage, request } from "node:http";
import { hardwareOf } from "../scale/full-data-folder.ts";
import type { TinkAddresses } from "../workers/tink-up.ts";

const path = "/apis/tinkerbell.org/v1alpha1/namespaces/default/hardware";

export class ResourceCalls {
  readonly #addresses: TinkAddresses;
  readonly #agent: Agent;

  constructor(addresses: TinkAddresses, connections: number) {
    this.#addresses = addresses;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws {Error} When it is not created. */
  async create(index: number): Promise<void> {
    const body = JSON.stringify(hardwareOf(index));
    const answer = await this.#send("POST", path, body);
    answer.resume();
    await new Promise((resolve) => answer.once("end", resolve));
    if (answer.statusCode !== 201) throw new Error(`POST answered ${answer.statusCode}`);
  }

  /** @returns How many bytes came, when all have. */
  async list(query: string): Promise<number> {
    let bytes = 0;
    const answer = await this.#send("GET", `${path}${query}`);
    for await (const part of answer) bytes += part.length;
    return bytes;
  }

  /** Calls back for each chunk of a watch from now on; resolves when it has begun. */
  async watch(resourceVersion: string, told: () => void): Promise<void> {
    const answer = await this.#send("GET", `${path}?watch=true&resourceVersion=${resourceVersion}`);
    answer.on("data", told);
    answer.on("error", () => undefined);
  }

  /** The version that a watch from now on begins at. */
  async version(): Promise<string> {
    const answer = await this.#send("GET", `${path}?limit=1`);
    let text = "";
    for await (const part of answer) text += part;
    return JSON.parse(text).metadata.resourceVersion;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, to: string, body?: string): Promise<IncomingMessage> {
    const { api, token } = this.#addresses;
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${token}`, ...type };
    return new Promise((resolve, reject) => {
      const call = request(`${api}${to}`, { method, agent: this.#agent, headers }, resolve);
      call.once("error", reject);
      call.end(body);
    });
  }
}
