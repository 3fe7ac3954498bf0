// A gRPC listener in a process of its own: what ends it ends nobody else. Tells its port; a minute passes in three seconds.
import { GrpcError } from "../grpc/grpc-error.ts";
import { GrpcListener } from "../grpc/grpc-listener.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { Turns } from "../wait/turns.ts";

const clock: Clock = { ...systemClock, after: (delayMs, callback) => systemClock.after(delayMs / 20, callback) };
const listener = new GrpcListener({
  ...{ doors: [{ host: "127.0.0.1" }], port: 0, clock, turns: new Turns() },
  methods: [
    {
      path: "/test.Echo/Echo",
      isStream: false,
      serve: async (message) => (message instanceof Uint8Array ? message : Uint8Array.of()),
    },
  ],
  toGrpcError: (error) => (error instanceof GrpcError ? error : new GrpcError("internal", String(error))),
  isShared: () => false,
  onRefused: () => undefined,
});
await listener.start(AbortSignal.timeout(5000));
process.send?.(listener.address?.port);
process.once("disconnect", () => process.exit());
