// Workers that go at once, over real connections.
import assert from "node:assert/strict";
import { type ClientHttp2Session, connect } from "node:http2";
import { test } from "node:test";
import { systemClock } from "../time/clock.ts";
import { Turns } from "../wait/turns.ts";
import { GrpcError } from "./grpc-error.ts";
import { frameMessage } from "./grpc-frames.ts";
import { GrpcListener } from "./grpc-listener.ts";
import type { GrpcMethod } from "./grpc-method.ts";

const inTime = { timeout: 20_000 };
const workers = 6;

test("thousands that wait and hang up together are ended in slices, with the loop going round", inTime, async (t) => {
  const [allWait, allGone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const done: string[] = [];
  let [waiting, gone] = [0, 0];
  const wait: GrpcMethod = {
    path: "/test.Wait/Wait",
    isStream: false,
    serve: (_, { signal }) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => {
        // Takes long, as thousands do.
        for (const untilMs = performance.now() + 5; performance.now() < untilMs; );
        done.push("gone");
        gone += 1;
        if (gone === workers) allGone.resolve();
        reject(new GrpcError("cancelled", "gone"));
      });
      waiting += 1;
      if (waiting === workers) allWait.resolve();
      return promise;
    },
  };
  const listener = new GrpcListener({
    ...{ doors: [{ host: "127.0.0.1" }], port: 0, clock: systemClock, methods: [wait], turns: new Turns() },
    toGrpcError: (error) => (error instanceof GrpcError ? error : new GrpcError("internal", String(error))),
    isShared: () => false,
    onRefused: () => undefined,
  });
  await listener.start(AbortSignal.timeout(5000));
  t.after(() => listener.stop(AbortSignal.abort()));
  const sessions = Array.from({ length: workers }, () => ask(listener.address?.port ?? 0, wait.path));
  await allWait.promise;
  const round = (): void => {
    done.push("loop");
    if (gone < workers) setImmediate(round);
  };
  setImmediate(round);
  for (const session of sessions) session.destroy();
  await allGone.promise;
  assert.match(done.join(" "), /^(loop )*(gone (loop )+){5}gone$/);
});

function ask(port: number, path: string): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`).on("error", () => undefined);
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  session
    .request(headers)
    .on("error", () => undefined)
    .end(frameMessage(Buffer.of()));
  return session;
}
