// The HTTP/2 listener for gRPC: plain text or TLS; limits by connection and by address, and an end that lets calls finish.
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import {
  ConnectionCaps,
  type ConnectionLimits,
  type Crowding,
  descriptorShare,
  type HeldConnection,
} from "../network/connection-caps.ts";
import { plainAddress } from "../network/plain-address.ts";
import { type OpenTcp, openTcp, type TcpDoor } from "../network/tcp-door.ts";
import type { Service } from "../service.ts";
import type { Clock } from "../time/clock.ts";
import { onAbort } from "../wait/abort.ts";
import type { Turns } from "../wait/turns.ts";
import { FairRoom, type RoomLimits } from "./fair-room.ts";
import { endSoon, refuse } from "./grpc-answer.ts";
import { type CallLimits, type CallPeer, type CallRules, serveCall } from "./grpc-call.ts";
import { GrpcError } from "./grpc-error.ts";
import type { GrpcMethod } from "./grpc-method.ts";
import { GrpcSessions } from "./grpc-sessions.ts";
import { MessageWaits } from "./message-waits.ts";

export type GrpcAddress = { readonly host: string; readonly port: number };

export type GrpcListenerOptions = {
  /** Each is listened on. */
  readonly doors: readonly Pick<TcpDoor, "host" | "links">[];
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  readonly clock: Clock;
  readonly methods: readonly GrpcMethod[];
  /** Each call begins in a turn of its own. */
  readonly turns: Turns;
  /** Whatever a method throws, as the caller is told it. */
  readonly toGrpcError: (error: unknown) => GrpcError;
  /** Whether many callers may come through this address: a proxy, or this machine itself. */
  readonly isShared: (address: string) => boolean;
  /** Default: what the process's descriptors allow. */
  readonly limits?: ConnectionLimits;
  /** Something was refused, or closed to make room, before any method saw it. */
  readonly onRefused: (refusal: GrpcRefusal) => void;
};

export type GrpcRefusal = {
  /** Absent where all together have too many connections. */
  readonly address: string | undefined;
  readonly reason: "TooManyConnections" | "NoSuchCall" | "CallNotWhole" | "TooManyStreams";
  /** One sentence. */
  readonly message: string;
};

/** A worker's inventory is some tens of kB. */
const callLimits: CallLimits = {
  ...{ mostMessageBytes: 1024 * 1024, callBytes: 8 * 1024 },
  ...{ stallMs: 20_000, silenceMs: 60_000, messageMs: 60_000 },
};
/** Bytes of messages that have not come whole, and of those whose calls have not: room for a few batches of output of each machine, and of many machines at once. */
const frameLimits: RoomLimits = {
  most: 64 * 1024 * 1024,
  mostPerNetwork: 32 * 1024 * 1024,
  mostPerAddress: 4 * 1024 * 1024,
};
/** Streams that are open: one of each of ten thousand machines, whose disk is slow, and more of one than a machine has. */
const streamLimits: RoomLimits = { most: 16_384, mostPerNetwork: 12_288, mostPerAddress: 256 };
/** A worker has one; a machine that was restarted leaves the old one behind until a ping finds it dead. */
const mostConnectionsPerAddress = 8;
/** Each worker waits on a connection of its own, so that this port has most of what there is. */
const shareOfDescriptors = 0.6;
const handshakeTimeoutMs = 30_000;
/** A worker has one call that waits, and now and then a report and a batch of output beside it. */
const mostCallsPerConnection = 64;
/** A proxy in front may put many workers on one connection. */
const mostCallsPerSharedConnection = 5000;

export class GrpcListener implements Service {
  readonly #options: GrpcListenerOptions;
  readonly #methods: ReadonlyMap<string, GrpcMethod>;
  readonly #sessions: GrpcSessions;
  readonly #caps: ConnectionCaps;
  /** Of the sockets beneath, where sessions find theirs. The same ports again are a new connection's, whether or not the old one's end was told. */
  readonly #held = new Map<string, { readonly held: HeldConnection; readonly socket: Socket }>();
  readonly #rules: CallRules;
  readonly #servers: Http2Server[] = [];
  readonly #doors: OpenTcp[] = [];

  constructor(options: GrpcListenerOptions) {
    this.#options = options;
    this.#methods = new Map(options.methods.map((method) => [method.path, method]));
    this.#sessions = new GrpcSessions(options.clock);
    const { isShared, onRefused, turns, toGrpcError } = options;
    this.#rules = {
      ...{ turns, toGrpcError, limits: callLimits, waits: new MessageWaits(options.clock, turns) },
      frameRoom: new FairRoom(frameLimits, notWhole),
      streamRoom: new FairRoom(streamLimits, streamEnded),
      onGivenUp: (address, reason, message) => onRefused({ address, reason, message }),
    };
    const limits = options.limits ?? {
      most: descriptorShare(shareOfDescriptors),
      mostPerAddress: mostConnectionsPerAddress,
    };
    const onCrowded = (crowding: Crowding) => onRefused({ ...crowding, reason: "TooManyConnections" });
    this.#caps = new ConnectionCaps({ limits, isShared, onCrowded });
  }

  /** The first of those listened on; undefined until started. */
  get address(): GrpcAddress | undefined {
    const [door] = this.#doors;
    return door && { host: door.host, port: door.port };
  }

  /** @throws {NetworkError} When a port cannot be had. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { doors, port } = this.#options;
    for (const door of doors) {
      const server = this.#makeServer();
      this.#doors.push(await openTcp(server, { ...door, port, purpose: "workers", isForMany: true }, signal));
      this.#servers.push(server);
    }
    this.#sessions.start();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const servers = this.#servers.splice(0);
    const closed = [
      ...this.#doors.splice(0).map((door) => door.close()),
      ...servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    ];
    // Calls that run are answered; a session without any ends at once.
    this.#sessions.close();
    const forget = onAbort(deadline, () => {
      this.#sessions.cut();
      // Those that never came so far, in the middle of TLS, too.
      this.#caps.cut();
    });
    await Promise.all(closed);
    forget();
  }

  #makeServer(): Http2Server {
    const { tls } = this.#options;
    const settings = { settings: { maxConcurrentStreams: mostCallsPerConnection }, maxSessionMemory: 64 };
    const server: Http2Server =
      tls === undefined
        ? createServer(settings)
        : createSecureServer({
            ...settings,
            handshakeTimeout: handshakeTimeoutMs,
            cert: tls.certificate,
            key: tls.privateKey,
          });
    // Before TLS, for who says nothing at all has a connection too; and before the session, which finds it.
    server.prependListener("connection", (socket: Socket) => this.#take(socket));
    server.on("session", (session) => this.#keep(session));
    return server;
  }

  #take(socket: Socket): void {
    // Reset before it was looked at: it is nobody's.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const held = this.#caps.open(plainAddress(socket.remoteAddress), () => socket.destroy());
    this.#held.set(key, { held, socket });
    socket.on("close", () => {
      this.#caps.closed(held);
      if (this.#held.get(key)?.held === held) this.#held.delete(key);
    });
  }

  #keep(session: ServerHttp2Session): void {
    const { held, socket } = this.#held.get(keyOf(session.socket)) ?? {};
    const address = plainAddress(session.socket.remoteAddress ?? "");
    const peer = { address, isShared: this.#options.isShared(address) };
    const ended = (): void => {
      if (held !== undefined) this.#caps.end(held);
    };
    // What goes wrong with one connection ends that connection, and nothing else.
    session.on("error", () => session.destroy());
    this.#sessions.add(session, socket);
    if (peer.isShared) session.settings({ maxConcurrentStreams: mostCallsPerSharedConnection });
    session.on("stream", (stream, headers) => {
      // Before all else: one that breaks its own call off may do so in the packet that begins it.
      stream.on("error", nobodyAsks);
      this.#sessions.heard(session);
      if (held !== undefined) this.#caps.begin(held);
      stream.on("close", ended);
      this.#serve(stream, headers, peer);
    });
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: CallPeer): void {
    const { address } = peer;
    const path = String(headers[":path"] ?? "");
    const method = this.#methods.get(path);
    const type = headers["content-type"] ?? "";
    if (headers[":method"] !== "POST" || !/^application\/grpc(\+proto)?(;|$)/.test(type)) {
      stream.respond({ ":status": 415 }, { endStream: true });
      endSoon(stream);
      return;
    }
    if (method === undefined) {
      const shown = JSON.stringify(path.slice(0, 200));
      const message = `a worker at ${address} makes the call ${shown}, which this server does not have; it may speak another version of the protocol`;
      refuse(stream, new GrpcError("unimplemented", `this server has no call ${shown}`));
      this.#options.onRefused({ address, reason: "NoSuchCall", message });
      return;
    }
    serveCall(stream, headers, method, peer, this.#rules);
  }
}

function nobodyAsks(): void {}

function notWhole(address: string): string {
  const what = `a call of ${address}'s did not come whole while newer ones needed its room, and was given up`;
  return `${what}; end the messages that were begun, then send this one again`;
}

function streamEnded(address: string): string {
  return `too many streams are open, and a stream of ${address}'s made room for newer ones; end those that are done, then send again what was not answered`;
}

/** Of a TLS socket and the socket beneath it the same. */
function keyOf({
  remoteAddress,
  remotePort,
  localAddress,
}: Pick<Socket, "remoteAddress" | "remotePort" | "localAddress">) {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
