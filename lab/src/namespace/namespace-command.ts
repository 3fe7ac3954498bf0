// The command line that puts a program into namespaces of its own, worked out for root and for everybody else.

/** Set to 1 in the environment of whatever runs inside. */
export const labNamespaceMark = "NEVERLAND_LAB_NAMESPACE";

export interface NamespaceChoice {
  readonly asRoot: boolean;
  /** Whether the lab ends with the process that started it, even when that one is killed. */
  readonly dieWithParent: boolean;
}

/**
 * Network, processes and mounts of its own. When the outermost process dies, so does the first process inside, and
 * with that one the kernel ends all others in its process namespace: nothing named is left behind.
 */
export function namespaceCommand(argv: readonly string[], { asRoot, dieWithParent }: NamespaceChoice): string[] {
  return [
    ...(dieWithParent ? ["setpriv", "--pdeathsig", "KILL", "--"] : []),
    "unshare",
    ...(asRoot ? [] : ["--user", "--map-root-user"]),
    ...["--net", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc", "--"],
    ...argv,
  ];
}

/**
 * The command line that joins the namespaces of process `pid`, with the caller's own terminal. A signal ends what joins, and that tells `argv` by SIGTERM.
 * @param cwd Where `argv` runs: joining leads to the root folder, and a relative path is to mean what it means outside.
 */
export function joinCommand(pid: number, argv: readonly string[], asRoot: boolean, cwd: string): string[] {
  const user = asRoot ? [] : ["--user", "--preserve-credentials"];
  return [
    "nsenter",
    "--target",
    String(pid),
    ...user,
    "--net",
    "--mount",
    "--pid",
    "--",
    ...toldOfEnd,
    ...inFolder(cwd),
    ...argv,
  ];
}

const toldOfEnd = ["setpriv", "--pdeathsig", "TERM", "--"];

function inFolder(cwd: string): string[] {
  return ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", cwd];
}
