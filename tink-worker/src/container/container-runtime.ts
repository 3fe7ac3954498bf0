// What the worker needs of whatever runs containers.

import type { ImageConfig } from "@neverland/oci";

/** A layer on disk in overlayfs' form; `opaqueDirectories` are latin1 paths in it that hide all lower layers. */
export type LayerDirectory = { readonly directory: string; readonly opaqueDirectories: readonly string[] };

export type RunnableImage = {
  readonly config: NonNullable<ImageConfig["config"]>;
  /** Lowest first. */
  readonly layers: readonly LayerDirectory[];
};

export type ContainerRequest = {
  /** Letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  readonly image: RunnableImage;
  /** Replaces the image's Cmd when not empty. */
  readonly command: readonly string[];
  /** `KEY=VALUE`, laid over the image's. */
  readonly environment: readonly string[];
  /** `source:destination[:options]` */
  readonly volumes: readonly string[];
  readonly pid: string;
  readonly network: string;
};

export type OutputChunk = { readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array };

/** `lost`: nobody knows how it ended; `why` is a sentence. */
export type ContainerExit =
  | { readonly kind: "exited"; readonly exitCode: number; readonly stopMs: number }
  | { readonly kind: "not-started" | "lost"; readonly why: string; readonly stopMs: number };

export type KillSignal = "TERM" | "KILL";

export interface RunningContainer {
  /** Output not read by anybody yet; ends when the container has. To be iterated once. */
  readonly output: AsyncIterable<OutputChunk>;
  /** Rejects only with the signal's reason, which lets the container go on; may be called again. */
  exit(signal: AbortSignal): Promise<ContainerExit>;
  /** Ends the output here: what comes later waits in the pipes for whoever attaches next. */
  detach(): void;
  /** A container that is gone already is no error. */
  kill(signal: KillSignal): Promise<void>;
}

export interface ContainerRuntime {
  /** Prepares what needs doing once per life of the machine. */
  prepare(): Promise<void>;
  /** Starts it so that it goes on though the caller dies.
   *  @throws {WorkerError} `container` or `bad-action`: it has not run and will not run. */
  start(request: ContainerRequest): Promise<RunningContainer>;
  /** A container started in an earlier life; `undefined` is a promise that it never ran and never will. */
  attach(id: string): Promise<RunningContainer | undefined>;
  /** Ids of all containers there are, ended or not. */
  list(): Promise<readonly string[]>;
  /** Ends it if need be and removes what it left. */
  remove(id: string): Promise<void>;
}
