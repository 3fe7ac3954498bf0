// Which connections are found dead, and that those who ask are left alone: with real sessions, and a clock that is set on by hand.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { GrpcSessions } from "./grpc-sessions.ts";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** RFC 9113 §6.5, §6.7: settings that set nothing, and a ping. */
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const [pingType, ack] = [6, 1];
const frameHeaderBytes = 9;
/** Each session is looked at several times in it. */
const longSeconds = 180;

/** Speaks HTTP/2 by hand, so that it may leave a ping unanswered. */
class Caller {
  /** Of the server's pings. */
  pings = 0;
  readonly #socket: Socket;
  readonly #answers: boolean;
  #rest = Buffer.alloc(0);
  #acknowledged = (): void => undefined;

  constructor(port: number, answers: boolean) {
    this.#answers = answers;
    this.#socket = connect(port, "127.0.0.1").on("data", (bytes: Buffer) => this.#take(bytes));
    this.#socket.write(Buffer.concat([Buffer.from(preface), settings]));
  }

  /** Resolves when the server has read all that was sent here, and all that it sent before was read here. */
  async roundTrip(): Promise<void> {
    const acknowledged = new Promise<void>((resolve) => {
      this.#acknowledged = resolve;
    });
    this.#socket.write(ping);
    await acknowledged;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= frameHeaderBytes) {
      const length = frameHeaderBytes + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < length) return;
      const [type, flags] = [this.#rest[3], this.#rest[4]];
      this.#rest = this.#rest.subarray(length);
      if (type !== pingType) continue;
      if (flags === ack) this.#acknowledged();
      else this.#isPinged();
    }
  }

  #isPinged(): void {
    this.pings += 1;
    const answer = Buffer.from(ping);
    answer[4] = ack;
    if (this.#answers) this.#socket.write(answer);
  }
}

async function start(t: TestContext, answers: boolean) {
  const clock = new ManualClock(0);
  const sessions = new GrpcSessions(clock);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const opened = once(server, "session");
  const caller = new Caller(address.port, answers);
  const [session]: ServerHttp2Session[] = await opened;
  assert.ok(session !== undefined);
  sessions.add(session, undefined);
  sessions.start();
  t.after(() => {
    sessions.close();
    caller.close();
    server.close();
  });
  return { clock, sessions, session, caller };
}

test("a connection whose caller asks nothing and answers no ping is ended", async (t) => {
  const { clock, session } = await start(t, false);
  const closed = once(session, "close");
  clock.advance(longSeconds * 1000);
  await closed;
});

test("one whose caller asks again and again is neither pinged nor ended", async (t) => {
  const { clock, sessions, session, caller } = await start(t, false);
  for (let second = 0; second < longSeconds; second += 55) {
    sessions.heard(session);
    clock.advance(55_000);
  }
  await caller.roundTrip();
  assert.deepEqual([session.destroyed, caller.pings], [false, 0]);
});

test("one whose caller asks nothing and answers its pings stays", async (t) => {
  const { clock, session, caller } = await start(t, true);
  for (let second = 0; second < longSeconds; second++) {
    clock.advance(1000);
    // Read there, and its answer here.
    await caller.roundTrip();
    await caller.roundTrip();
  }
  assert.equal(session.destroyed, false);
  assert.ok(caller.pings > 1);
});
