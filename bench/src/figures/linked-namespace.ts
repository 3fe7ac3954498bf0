// A program in a network of its own that one cable joins to ours. Cable and network go with the program.

/** One end of the cable. */
export interface CableEnd {
  /** At most 15 characters, and not had before: a cable that goes takes a moment to. */
  readonly name: string;
  /** With its prefix length. */
  readonly address: string;
  /** As `ip route add` takes them. */
  readonly routes: readonly string[];
}

/**
 * The command line that starts `argv` there. This process must be in a network namespace of its own already, whose first end is `here`.
 * @param pid Of a process on our side, which keeps its network.
 */
export function inLinkedNamespace(
  argv: readonly string[],
  { inside, here, pid }: { readonly inside: CableEnd; readonly here: CableEnd; readonly pid: number },
): [string, ...string[]] {
  const enter = `nsenter --target ${pid} --net ip`;
  const script = [
    "set -e",
    batch("ip", [
      "link set lo up",
      `link add ${inside.name} type veth peer name ${here.name} netns ${pid}`,
      ...addressOf(inside),
    ]),
    batch(enter, ["link set lo up", ...addressOf(here), ...here.routes.map(route)]),
    batch("ip", inside.routes.map(route)),
    untilUp("ip", inside),
    untilUp(enter, here),
    'exec "$@"',
  ];
  return ["unshare", "--net", "sh", "-c", script.join("\n"), "sh", ...argv];
}

function addressOf({ name, address }: CableEnd): string[] {
  return [`address add ${address} dev ${name}`, `link set ${name} up`];
}

/** The kernel says so up to a second after it was told; who looks for addresses before finds none. */
function untilUp(ip: string, { name }: CableEnd): string {
  return `timeout 20 sh -c "until ${ip} -o link show dev ${name} | grep -q 'state UP'; do sleep 0.02; done"`;
}

/** Again is not amiss: on our side several cables may bring the same route. */
function route(text: string): string {
  return `route replace ${text}`;
}

function batch(ip: string, lines: readonly string[]): string {
  return `${ip} -batch - <<'END'\n${lines.join("\n")}\nEND`;
}
