// What people and programs ask of the resource API, over plain HTTP/1.1 with connections kept.
import { hardwareOf, machineName } from "../scale/full-data-folder.ts";
import type { TinkAddresses } from "../workers/tink-up.ts";
import { HttpConnection } from "./http-connection.ts";

const path = "/apis/tinkerbell.org/v1alpha1/namespaces/default/hardware";

export class ResourceCalls {
  readonly #api: URL;
  readonly #authorization: string;
  readonly #writers: HttpConnection[];
  readonly #watches: HttpConnection[] = [];

  /** @param writers How many connections there are to write on. */
  constructor({ api, token }: TinkAddresses, writers: number) {
    this.#api = new URL(api);
    this.#authorization = `Bearer ${token}`;
    this.#writers = Array.from({ length: writers }, () => this.#connect());
  }

  /** @throws {Error} When it is not created. */
  async create(writer: number, index: number): Promise<void> {
    const status = await this.#writers[writer]?.send("POST", path, JSON.stringify(hardwareOf(index)));
    if (status !== 201) throw new Error(`POST answered ${status}`);
  }

  /** @returns How many bytes came, when all have. */
  async list(query: string): Promise<number> {
    let bytes = 0;
    for await (const part of await this.#get(query)) bytes += part.length;
    return bytes;
  }

  /** All of them in pages, one after another, as kubectl asks for them. @returns How many there were. @throws {Error} When a page is refused. */
  async pages(limit: number, onPage: (tookMs: number) => void): Promise<number> {
    let [next, count] = ["", 0];
    do {
      const fromMs = performance.now();
      const { metadata, items, message } = await new Response(await this.#get(`?limit=${limit}${next}`)).json();
      if (items === undefined) throw new Error(message);
      onPage(performance.now() - fromMs);
      count += items.length;
      next = metadata.continue === undefined ? "" : `&continue=${metadata.continue}`;
    } while (next !== "");
    return count;
  }

  /** Writes something else into an object that is there. @throws {Error} When it is not taken. */
  async change(writer: number, index: number, userData: string): Promise<void> {
    const body = JSON.stringify({ spec: { userData } });
    const of = `${path}/${machineName(index)}`;
    const status = await this.#writers[writer]?.send("PATCH", of, body, "application/merge-patch+json");
    if (status !== 200) throw new Error(`PATCH answered ${status}`);
  }

  /** Resolves when all that the selector names have gone. */
  async deleteAll(query: string): Promise<void> {
    const answer = await this.#ask("DELETE", query);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`DELETE answered ${answer.status}`);
  }

  /** Calls back for each line of a watch from now on; resolves when it has begun. */
  async watch(resourceVersion: string, told: () => void): Promise<void> {
    const watch = this.#connect();
    this.#watches.push(watch);
    await watch.watch(`${path}?watch=true&resourceVersion=${resourceVersion}`, told);
  }

  /** The version that a watch from now on begins at. */
  async version(): Promise<string> {
    const list = await new Response(await this.#get("?limit=1")).json();
    return list.metadata.resourceVersion;
  }

  closeWatches(): void {
    for (const connection of this.#watches.splice(0)) connection.close();
  }

  close(): void {
    this.closeWatches();
    for (const connection of this.#writers) connection.close();
  }

  #connect(): HttpConnection {
    return new HttpConnection(this.#api, `authorization: ${this.#authorization}\r\n`);
  }

  async #ask(method: string, query: string): Promise<Response> {
    const headers = { authorization: this.#authorization, "accept-encoding": "identity" };
    return await fetch(new URL(path + query, this.#api), { method, headers });
  }

  async #get(query: string): Promise<ReadableStream<Uint8Array>> {
    const { body, status } = await this.#ask("GET", query);
    if (body === null) throw new Error(`GET answered ${status}, and nothing`);
    return body;
  }
}
