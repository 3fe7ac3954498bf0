// What is short and in memory, answered to plain GETs on the connection itself: half of what a small file costs is Node's HTTP server.
// Connections begin here; one that asks for anything else is that server's from then on.
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { plainAddress } from "../network/plain-address.ts";
import type { Burst } from "../wait/burst.ts";
import { HangUps } from "./hang-ups.ts";
import type { OpenConnections } from "./open-connections.ts";
import type { PlainGet } from "./plain-get.ts";
import { type ShortAnswer, ShortConnection } from "./short-connection.ts";

/** Undefined: the routes of the HTTP server answer it, refusals above all. */
export type FoundAnswer = ShortAnswer | undefined;
/** @param name What follows the prefix. @param address The caller's, in its plain spelling. */
export type FindAnswer = (name: string, get: PlainGet, address: string) => FoundAnswer | Promise<FoundAnswer>;

const ofServers = new WeakMap<Server, ShortAnswers>();

/** Undefined for a server that takes none, such as a test's. */
export function shortAnswersOf(server: Server): ShortAnswers | undefined {
  return ofServers.get(server);
}

export class ShortAnswers {
  readonly #server: Server;
  readonly #burst: Burst;
  readonly #toServer: (socket: Socket) => void;
  readonly #routes: { readonly prefix: string; readonly find: FindAnswer }[] = [];

  /** @param server Fresh: the one listener for its connections is Node's own. */
  constructor(server: Server, burst: Burst) {
    const [own] = server.listeners("connection") as ((socket: Socket) => void)[]; // as the event is documented
    if (own === undefined) throw new TypeError("the server takes no connections");
    server.off("connection", own);
    this.#server = server;
    this.#burst = burst;
    this.#toServer = own;
    ofServers.set(server, this);
  }

  /** To be called before the server listens. */
  route(prefix: string, find: FindAnswer): void {
    this.#routes.push({ prefix, find });
  }

  /** To be called when all routes are there; without any each connection is the server's from the start. */
  begin(connections: OpenConnections): void {
    const hangUps = new HangUps((socket) => connections.isAnswering(socket));
    const toServer = (socket: Socket): void => {
      this.#toServer.call(this.#server, socket);
      hangUps.follow(socket);
    };
    this.#server.on("connection", (socket: Socket) => {
      // There was no room for it.
      if (socket.destroyed) return;
      if (this.#routes.length === 0) {
        toServer(socket);
        return;
      }
      const address = plainAddress(socket.remoteAddress ?? "");
      new ShortConnection(socket, {
        connections,
        burst: this.#burst,
        hangUps,
        idleMs: this.#server.keepAliveTimeout,
        find: (get) => this.#find(get, address),
        handOver: () => toServer(socket),
      });
    });
  }

  #find(get: PlainGet, address: string): FoundAnswer | Promise<FoundAnswer> {
    for (const { prefix, find } of this.#routes)
      if (get.path.startsWith(prefix)) return find(get.path.slice(prefix.length), get, address);
    return undefined;
  }
}
