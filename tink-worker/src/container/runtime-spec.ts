// A container of ours as a config.json of the OCI runtime-spec (v1.0.2): privileged, with the machine's own devices.

import { WorkerError } from "../worker-error.ts";
import type { ContainerRequest } from "./container-runtime.ts";
import type { ImageUser } from "./image-user.ts";
import type { Mount, Volume } from "./volumes.ts";

export type RuntimeSpec = {
  readonly ociVersion: string;
  readonly process: {
    readonly terminal: false;
    readonly user: { readonly uid: number; readonly gid: number };
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly capabilities: Readonly<
      Record<"bounding" | "effective" | "permitted" | "inheritable" | "ambient", readonly string[]>
    >;
    readonly noNewPrivileges: false;
  };
  readonly root: { readonly path: string; readonly readonly: false };
  readonly mounts: readonly Mount[];
  readonly linux: {
    readonly namespaces: readonly { readonly type: string }[];
    readonly resources: { readonly devices: readonly { readonly allow: true; readonly access: "rwm" }[] };
  };
};

export type SpecInputs = {
  readonly request: ContainerRequest;
  readonly user: ImageUser;
  readonly volumes: readonly Volume[];
  /** Names such as `CAP_SYS_ADMIN`: all that the worker itself has. */
  readonly capabilities: readonly string[];
  /** Files of the host that show through, such as /etc/resolv.conf. */
  readonly hostFiles: readonly { readonly source: string; readonly destination: string }[];
  /** Mounted at /worker, where an action asks for a reboot. */
  readonly workerDir: string;
};

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** @throws {WorkerError} `bad-action` when the image names no program, or a namespace is not one we have. */
export function runtimeSpec(inputs: SpecInputs): RuntimeSpec {
  const { request, user, capabilities } = inputs;
  const all = [...capabilities];
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: user.uid, gid: user.gid },
      args: programOf(request),
      env: environmentOf(request, user),
      cwd: request.image.config.WorkingDir || "/",
      capabilities: { bounding: all, effective: all, permitted: all, inheritable: [], ambient: [] },
      noNewPrivileges: false,
    },
    root: { path: "rootfs", readonly: false },
    mounts: mountsOf(inputs),
    linux: { namespaces: namespacesOf(request), resources: { devices: [{ allow: true, access: "rwm" }] } },
  };
}

/** As Docker: the command replaces Cmd and never the entrypoint. */
function programOf({ image, command }: ContainerRequest): string[] {
  const args = [...(image.config.Entrypoint ?? []), ...(command.length > 0 ? command : (image.config.Cmd ?? []))];
  if (args.length === 0)
    throw new WorkerError(
      "bad-action",
      "Neither the image nor the action names a program to run; set the action's command.",
    );
  return args;
}

function environmentOf({ image, environment }: ContainerRequest, user: ImageUser): string[] {
  const merged = new Map<string, string>();
  for (const entry of [
    defaultPath,
    `HOME=${user.home}`,
    ...(image.config.Env ?? []),
    ...environment,
    "TINK_WORKER=neverland",
  ])
    merged.set(entry.split("=", 1)[0] ?? "", entry.includes("=") ? entry : `${entry}=`);
  return [...merged.values()];
}

/** Our own mounts give way to volumes at the same place. */
function mountsOf({ volumes, hostFiles, workerDir }: SpecInputs): Mount[] {
  const rbind = (source: string, destination = source): Mount => ({
    ...{ destination, source, type: "bind" },
    options: ["rbind", "rw", "rprivate"],
  });
  const own: Mount[] = [
    { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
    rbind("/sys"),
    rbind("/dev"),
    rbind(workerDir, "/worker"),
    ...hostFiles.map(({ source, destination }) => ({
      ...rbind(source, destination),
      options: ["bind", "rw", "rprivate"],
    })),
  ];
  const taken = new Set(volumes.map(({ destination }) => destination));
  return [...own.filter(({ destination }) => !taken.has(destination)), ...volumes];
}

/** The host's network is the default: actions fetch images before the machine has any other. */
function namespacesOf({ pid, network }: ContainerRequest): { type: string }[] {
  if (!["", "host", "private"].includes(pid)) throw bad("pid", pid, "host");
  if (!["", "host", "none"].includes(network)) throw bad("network", network, "host and none");
  const own = ["mount", "ipc", ...(pid === "host" ? [] : ["pid"]), ...(network === "none" ? ["network"] : [])];
  return own.map((type) => ({ type }));
}

function bad(namespace: string, value: string, known: string): WorkerError {
  return new WorkerError(
    "bad-action",
    `The ${namespace} namespace "${value}" is not one this worker has; it has ${known}.`,
  );
}
