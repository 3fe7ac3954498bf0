// What the process that makes the load is told, and what it says when it is done.

/** `tink`: workers with Tink Server. `etcd`: what such a server must do to its store at the least, done to etcd. */
export type LoadOrder = {
  readonly target: "tink" | "etcd";
  readonly host: string;
  readonly port: number;
  readonly machines: number;
  readonly actions: number;
  /** How many machines come up in a second. */
  readonly machinesPerSecond: number;
  readonly timeoutMs: number;
};

export type LoadResult = {
  readonly actionsDone: number;
  /** Calls that broke or were refused, by gRPC status. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the first connection to the last acknowledged report. */
  readonly tookMs: number;
  /** Latency of the durable calls (reports, puts), in milliseconds. */
  readonly writeMs: { readonly p50: number; readonly p99: number };
  /** Latency of asking what to do, in milliseconds. */
  readonly askMs: { readonly p50: number; readonly p99: number };
  /** CPU of the load itself: it must not be what limits. */
  readonly cpuMs: number;
};
