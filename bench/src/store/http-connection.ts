// One connection of HTTP/1.1 with as little around it as there can be: the load must cost less than what it loads.
import { connect, type Socket } from "node:net";

type Waiting = { readonly resolve: (status: number) => void; readonly reject: (error: Error) => void };

/** One request at a time, whose answer says its length. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #headers: string;
  #waiting: Waiting | undefined;
  #received = "";

  /** @param headers Of each request: lines that end in CRLF. */
  constructor({ hostname, port }: URL, headers: string) {
    this.#headers = `host: ${hostname}:${port}\r\n${headers}`;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#take(text));
    this.#socket.on("error", (error) => this.#waiting?.reject(error));
    this.#socket.on("close", () => this.#waiting?.reject(new Error("the server closed the connection")));
  }

  /** @returns The status, once the whole answer is there. */
  send(method: string, path: string, body: string, contentType = "application/json"): Promise<number> {
    const type = `content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#headers}${type}\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** A watch, to the end of the connection. Calls back for each line of its body; resolves when its head is there. */
  watch(path: string, told: () => void): Promise<void> {
    this.#socket.removeAllListeners("data");
    this.#socket.write(`GET ${path} HTTP/1.1\r\n${this.#headers}\r\n`);
    return new Promise((resolve) => {
      this.#socket.on("data", (text: string) => {
        resolve();
        // Each line is an object; what frames it is not.
        for (let at = text.indexOf("}\n"); at >= 0; at = text.indexOf("}\n", at + 1)) told();
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received.slice(0, end))?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = "";
    this.#waiting?.resolve(status);
  }
}
