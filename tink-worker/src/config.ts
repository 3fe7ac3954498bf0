// The worker's options: flags over environment, today's names over those of older agents and launchers.

import { parseArgs } from "node:util";
import type { RegistryLogin } from "./images/image-sources.ts";
import { WorkerError } from "./worker-error.ts";

export type WorkerConfig = {
  readonly agentId: string;
  /** `host:port` */
  readonly serverAuthority: string;
  readonly tls: boolean;
  readonly insecureTls: boolean;
  readonly attributeDetection: boolean;
  readonly maxPollMs: number;
  readonly registryMirror: URL | undefined;
  readonly defaultRegistry: string | undefined;
  readonly insecureRegistries: ReadonlySet<string>;
  readonly registryAliases: ReadonlyMap<string, string>;
  readonly logins: readonly RegistryLogin[];
  readonly layersDir: string | undefined;
  readonly ociRuntime: string | undefined;
  readonly stateDir: string;
  readonly workerDir: string;
  readonly rebootCommand: readonly string[];
  readonly kexecCommand: readonly string[];
};

type Option = {
  readonly flag: string;
  /** Older flags and environment variables; `AGENT_<FLAG>` always counts. */
  readonly oldFlags?: readonly string[];
  readonly env?: readonly string[];
  readonly value: string;
  readonly text: string;
};

const options = [
  { flag: "id", env: ["ID", "WORKER_ID"], value: "ID", text: "this machine's identity, normally its MAC (required)" },
  {
    ...{ flag: "grpc-server", oldFlags: ["tinkerbell-grpc-authority"], env: ["TINKERBELL_GRPC_AUTHORITY"] },
    ...{ value: "HOST:PORT", text: "Tink Server (required)" },
  },
  {
    flag: "grpc-tls",
    oldFlags: ["tinkerbell-tls"],
    env: ["TINKERBELL_TLS"],
    value: "BOOL",
    text: "speak TLS to it [false]",
  },
  {
    ...{ flag: "grpc-insecure-tls", oldFlags: ["tinkerbell-insecure-tls"], env: ["TINKERBELL_INSECURE_TLS"] },
    ...{ value: "BOOL", text: "take any certificate [false]" },
  },
  { flag: "attribute-detection", value: "BOOL", text: "send facts about the hardware [true]" },
  { flag: "backoff-max-interval", value: "DURATION", text: "longest pause between questions to an idle server [5s]" },
  {
    flag: "registry-name",
    oldFlags: ["docker-registry"],
    env: ["DOCKER_REGISTRY"],
    value: "HOST",
    text: "registry that the login is for",
  },
  {
    flag: "registry-user",
    oldFlags: ["registry-username"],
    env: ["REGISTRY_USERNAME"],
    value: "NAME",
    text: "login: user",
  },
  {
    flag: "registry-pass",
    oldFlags: ["registry-password"],
    env: ["REGISTRY_PASSWORD"],
    value: "TEXT",
    text: "login: password",
  },
  { flag: "registry-mirror", env: ["TINK_REGISTRY_MIRROR"], value: "URL", text: "asked first for every image" },
  {
    ...{ flag: "default-registry", env: ["TINK_DEFAULT_REGISTRY"], value: "HOST[/PREFIX]" },
    text: "for images that name no registry [registry-name]; PREFIX goes before single words",
  },
  {
    flag: "insecure-registries",
    env: ["TINK_INSECURE_REGISTRIES"],
    value: "HOST,...",
    text: "registries to reach by plain HTTP",
  },
  {
    flag: "registry-aliases",
    env: ["TINK_REGISTRY_ALIASES"],
    value: "NAME=HOST,...",
    text: "other hosts at which registries are reached",
  },
  { flag: "layers-dir", env: ["TINK_LAYERS_DIR"], value: "DIR", text: "layers that came with the OS" },
  { flag: "oci-runtime", env: ["TINK_OCI_RUNTIME"], value: "PROGRAM", text: "crun or runc [the first that is there]" },
  {
    flag: "state-dir",
    env: ["TINK_STATE_DIR"],
    value: "DIR",
    text: "journal, layers, containers [/var/lib/tink-worker]",
  },
  { flag: "worker-dir", env: ["TINK_WORKER_DIR"], value: "DIR", text: "shown to containers as /worker [/worker]" },
  { flag: "reboot-command", env: ["TINK_REBOOT_COMMAND"], value: "COMMAND", text: "words split at spaces [reboot -f]" },
  { flag: "kexec-command", env: ["TINK_KEXEC_COMMAND"], value: "COMMAND", text: "words split at spaces [kexec -e]" },
] as const satisfies readonly Option[];

type Flag = (typeof options)[number]["flag"];

export function helpText(): string {
  const lines = options.map(({ flag, value, text }) => `  ${`--${flag} ${value}`.padEnd(36)} ${text}`);
  return [
    "tink-worker runs a machine's actions in containers and reports to Tink Server.",
    "",
    ...lines,
    `  ${"--help".padEnd(36)} this text`,
    "",
    "Each flag may also be set by AGENT_<FLAG> in the environment, in capitals with underscores. Proxies are taken",
    "from HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
    "",
  ].join("\n");
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {WorkerError} `bad-config` naming the option and its value (never a password). */
export function readConfig(args: readonly string[], env: Environment): WorkerConfig | "help" {
  const flags = readFlags(args);
  if (flags.has("help")) return "help";
  const get = (flag: Flag): string | undefined => lookUp(flag, flags, env);
  const registryName = get("registry-name");
  return {
    agentId: required("id", get("id")),
    serverAuthority: authority(required("grpc-server", get("grpc-server"))),
    tls: bool("grpc-tls", get("grpc-tls"), false),
    insecureTls: bool("grpc-insecure-tls", get("grpc-insecure-tls"), false),
    attributeDetection: bool("attribute-detection", get("attribute-detection"), true),
    maxPollMs: durationMs("backoff-max-interval", get("backoff-max-interval") ?? "5s"),
    registryMirror: url("registry-mirror", get("registry-mirror")),
    defaultRegistry: get("default-registry") ?? registryName,
    insecureRegistries: new Set(list(get("insecure-registries"))),
    registryAliases: new Map(list(get("registry-aliases")).map(pair)),
    logins: login(registryName, get("registry-user"), get("registry-pass")),
    layersDir: get("layers-dir"),
    ociRuntime: get("oci-runtime"),
    stateDir: get("state-dir") ?? "/var/lib/tink-worker",
    workerDir: get("worker-dir") ?? "/worker",
    rebootCommand: words(get("reboot-command") ?? "reboot -f"),
    kexecCommand: words(get("kexec-command") ?? "kexec -e"),
  };
}

function readFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const known = options.flatMap((option: Option) => [option.flag, ...(option.oldFlags ?? [])]);
  const described = Object.fromEntries(known.map((flag) => [flag, { type: "string" as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...described, help: { type: "boolean", short: "h" } },
      strict: true,
    });
    return new Map(Object.entries(values).map(([flag, value]) => [flag, String(value)]));
  } catch (error) {
    throw new WorkerError("bad-config", `${error instanceof Error ? error.message : error}. See --help.`, {
      cause: error,
    });
  }
}

/** Launchers pass every variable, set or not: an empty one is not set. */
function lookUp(flag: Flag, flags: ReadonlyMap<string, string>, env: Environment): string | undefined {
  const option: Option | undefined = options.find((candidate) => candidate.flag === flag);
  const fromFlags = [flag, ...(option?.oldFlags ?? [])].map((name) => flags.get(name));
  const fromEnv = [`AGENT_${flag.toUpperCase().replaceAll("-", "_")}`, ...(option?.env ?? [])].map((name) => env[name]);
  return [...fromFlags, ...fromEnv].find((value) => value !== undefined && value !== "");
}

function required(flag: Flag, value: string | undefined): string {
  if (value === undefined) throw new WorkerError("bad-config", `--${flag} is not set. See --help.`);
  return value;
}

function authority(value: string): string {
  if (!/^(\[[0-9a-fA-F:.]+\]|[^/:\s]+):\d{1,5}$/.test(value))
    throw bad("grpc-server", value, "host:port, without a scheme");
  return value;
}

function bool(flag: Flag, value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  const lower = value.toLowerCase();
  if (["true", "1", "t", "yes", "on"].includes(lower)) return true;
  if (["false", "0", "f", "no", "off"].includes(lower)) return false;
  throw bad(flag, value, "true or false");
}

function durationMs(flag: Flag, value: string): number {
  const [, count, unit] = /^(\d{1,6})(ms|s|m)$/.exec(value) ?? [];
  if (count === undefined) throw bad(flag, value, "a duration such as 500ms, 5s or 1m");
  return Number(count) * (unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000);
}

function url(flag: Flag, value: string | undefined): URL | undefined {
  if (value === undefined) return undefined;
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") throw bad(flag, value, "an http or https URL");
  return parsed;
}

function list(value: string | undefined): string[] {
  return (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function pair(item: string): [string, string] {
  const [name = "", host = ""] = item.split("=");
  if (name === "" || host === "") throw bad("registry-aliases", item, "NAME=HOST");
  return [name, host];
}

function login(
  registry: string | undefined,
  username: string | undefined,
  password: string | undefined,
): RegistryLogin[] {
  return registry === undefined || username === undefined ? [] : [{ registry, username, password: password ?? "" }];
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

function bad(flag: Flag, value: string, wanted: string): WorkerError {
  return new WorkerError("bad-config", `--${flag} is "${value}", but should be ${wanted}.`);
}
