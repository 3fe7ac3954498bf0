// Connections that end at once, over real ones: those that were answered by the HTTP server, and those that were not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, Socket } from "node:net";
import { test } from "node:test";
import { HangUps } from "./hang-ups.ts";
import { HttpListener } from "./http-listener.ts";
import { shortAnswersOf } from "./short-answers.ts";

const inTime = { timeout: 20_000 };

async function opened(port: number, ask: string): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true }).on("error", () => undefined);
  socket.write(ask);
  await once(socket, "data");
  return socket;
}

test("thousands that hang up together are taken down in slices, with the loop going round", inTime, async (t) => {
  const done: string[] = [];
  const all = Promise.withResolvers<void>();
  const each = 4;
  /** Takes long, as thousands do. */
  const slowly = (socket: Socket): void => {
    const destroy = socket.destroy.bind(socket);
    socket.destroy = () => {
      for (const untilMs = performance.now() + 5; performance.now() < untilMs; );
      done.push("down");
      if (done.filter((what) => what === "down").length === 2 * each) all.resolve();
      return destroy();
    };
  };
  const limits = { requestTimeoutMs: 60_000, bodyLimitBytes: 1000 };
  const connections = { limits: { most: 20, mostPerAddress: 20 }, isShared: () => false, onCrowded: () => undefined };
  const listener = new HttpListener({
    ...{ host: "127.0.0.1", port: 0, purpose: "tests", ...limits, connections },
    register: async (app) => {
      app.get("/server", async () => "by the server");
      app.server.on("connection", slowly);
      const short = { status: 200, headers: ["content-length", "1"], body: Buffer.from("s"), onEnd: () => undefined };
      shortAnswersOf(app.server)?.route("/short", () => short);
    },
  });
  await listener.start(AbortSignal.timeout(5000));
  t.after(() => listener.stop(AbortSignal.abort()));
  const port = Number(new URL(listener.url ?? "").port);
  const asks = ["/server", "/short"].flatMap((path) =>
    Array<string>(each).fill(`GET ${path} HTTP/1.1\r\nhost: h\r\n\r\n`),
  );
  const sockets = await Promise.all(asks.map((ask) => opened(port, ask)));
  const round = (): void => {
    done.push("loop");
    if (done.filter((what) => what === "down").length < 2 * each) setImmediate(round);
  };
  setImmediate(round);
  for (const socket of sockets) socket.end();
  await all.promise;
  assert.match(done.join(" "), /^(loop )*(down (loop )+){7}down$/);
});

test("one on which something is still to be answered ends as its server ends it", inTime, async () => {
  const hangUps = new HangUps(() => true);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined).on("end", () => socket.end("bye"));
    hangUps.follow(socket);
    socket.write("hello");
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const socket = await opened(address.port, "");
  socket.end();
  const [bye] = await once(socket, "data");
  assert.equal(String(bye), "bye");
  server.close();
});

test("one that has gone before its turn is left alone", async () => {
  const hangUps = new HangUps(() => false);
  const ends: string[] = [];
  const socket = Object.assign(new Socket(), { destroy: () => assert.fail("gone before") });
  Object.defineProperty(socket, "destroyed", { value: true });
  hangUps.ended(socket, () => ends.push("finished"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ends, []);
});
