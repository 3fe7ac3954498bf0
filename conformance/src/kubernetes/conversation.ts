// What is said with one server, in order: a request may be made of the answers to those before it.
import { type Answer, type ApiServer, ask } from "./ask.ts";
import type { Exchange, Seen } from "./exchange.ts";

export class Conversation {
  readonly #server: ApiServer;
  readonly #seen = new Map<string, unknown>();
  constructor(server: ApiServer) {
    this.#server = server;
  }

  async ask({ method, path, question, label }: Exchange): Promise<Answer> {
    const seen: Seen = (name) => this.#seen.get(name);
    const target = typeof path === "string" ? path : path(seen);
    const answer = await ask(this.#server, method, target, typeof question === "function" ? question(seen) : question);
    if (label !== undefined) this.#seen.set(label, JSON.parse(answer.text));
    return answer;
  }
}
