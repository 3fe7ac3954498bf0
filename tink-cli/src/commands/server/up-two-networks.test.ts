// tink up on two networks at once: a DHCP client that is not ours finds on each a server that speaks of that network alone.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import {
  type Namespace,
  openNamespace,
  runInside,
  spawnInside,
} from "@neverland/boots-netboot/testing/network-namespace.ts";

/** A cable from the server to one machine. */
type Network = {
  readonly link: string;
  readonly server: string;
  readonly name: string;
  readonly mac: string;
  readonly address: string;
  /** The machine's client, whose files are in `dir`. */
  readonly client: (dir: string) => readonly string[];
};

/** Both clients send what iPXE does: classes (options 60 and 77), architecture (93), the card's interface (94). */
const udhcpc = (dir: string): readonly string[] => {
  const ipxe = ["-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "77:69505845", "-x", "93:0000", "-x", "94:010201"];
  return ["udhcpc", "-i", "eth0", "-f", "-n", ...ipxe, "-s", join(dir, "lease-script")];
};
const dhclient = (dir: string): readonly string[] => {
  const files = { "-cf": "dhclient.conf", "-lf": "leases", "-pf": "pid", "-sf": "lease-script" };
  return ["dhclient", "-1", "-d", ...Object.entries(files).flatMap(([flag, file]) => [flag, join(dir, file)]), "eth0"];
};
const dhclientConfig = `send vendor-class-identifier "PXEClient:Arch:00000:UNDI:002001";
send user-class "iPXE";
send pxe-system-type 0;
send pxe-interface-id 1 2 1;
`;

const networks: readonly Network[] = [
  {
    ...{ link: "lan1", server: "10.77.0.1", name: "left", mac: "52:54:00:00:00:61", address: "10.77.0.61" },
    client: udhcpc,
  },
  {
    ...{ link: "lan2", server: "10.78.0.1", name: "right", mac: "52:54:00:00:00:62", address: "10.78.0.62" },
    client: dhclient,
  },
];

/** Sets the address, and says what the client was told, which each client calls by names of its own. */
const leaseScript = `#!/bin/sh
case "\${reason:-$1}" in BOUND|bound) ;; *) exit 0 ;; esac
ip addr add "\${new_ip_address:-$ip}/24" dev eth0
echo "told \${new_ip_address:-$ip} \${new_dhcp_server_identifier:-$serverid} \${new_filename:-$boot_file}"
`;

const hardware = ({ name, mac, address, server }: Network) => `---
apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata: { name: ${name} }
spec:
  interfaces:
  - dhcp:
      mac: "${mac}"
      ip: { address: ${address}, netmask: 255.255.255.0, gateway: ${server} }
    netboot: { allowPXE: true }
  metadata: { instance: { id: ${name}, hostname: ${name} } }
`;

/** An empty GetAction, framed as gRPC does it. */
const emptyCall = new Uint8Array(5);

let dir: string;
let server: Namespace;
let ready: Readonly<Record<string, unknown>>;
const machines = new Map<Network, Namespace>();
let stopServer: () => Promise<unknown>;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-two-networks-"));
  server = await openNamespace("true");
  for (const network of networks) machines.set(network, await layCable(network));
  const tink = [process.execPath, ...process.execArgv, join(import.meta.dirname, "../../main.ts")];
  const interfaces = networks.flatMap(({ link }) => ["--interface", link]);
  const up = spawnInside(server, [...tink, "up", "--data-dir", join(dir, "data"), ...interfaces]);
  up.stderr.resume(); // its log
  const ended = once(up, "close");
  stopServer = async () => {
    up.kill();
    await ended;
  };
  const [line] = await once(createInterface({ input: up.stdout }), "line");
  ready = JSON.parse(String(line));
  const manifest = join(dir, "hardware.yaml");
  await writeFile(manifest, networks.map(hardware).join(""));
  const applied = await runInside(server, [...tink, "--data-dir", join(dir, "data"), "apply", "-f", manifest]);
  assert.equal(applied.code, 0, applied.stderr);
});

after(async () => {
  await stopServer();
  for (const namespace of [...machines.values(), server]) await namespace.close();
  await rm(dir, { recursive: true });
});

/** What the client's first lease says; the client is ended then. */
async function firstLease(machine: Namespace, client: readonly string[]): Promise<string | undefined> {
  const running = spawnInside(machine, client);
  running.stderr.resume();
  const ended = once(running, "close");
  let told: string | undefined;
  for await (const line of createInterface({ input: running.stdout })) {
    if (!line.startsWith("told ")) continue;
    told = line;
    break;
  }
  running.kill();
  await ended;
  return told;
}

async function layCable({ link, server: address, mac, name }: Network): Promise<Namespace> {
  const machine = await openNamespace("true", server);
  const peer = `peer name eth0 address ${mac} netns ${machine.pid}`;
  const lay = `ip link add ${link} type veth ${peer}; ip addr add ${address}/24 dev ${link}; ip link set ${link} up`;
  assert.equal((await runInside(server, ["sh", "-ec", lay])).stderr, "");
  await runInside(machine, ["ip", "link", "set", "eth0", "up"]);
  await mkdir(join(dir, name));
  await writeFile(join(dir, name, "dhclient.conf"), dhclientConfig);
  await writeFile(join(dir, name, "call"), emptyCall);
  await writeFile(join(dir, name, "lease-script"), leaseScript);
  await chmod(join(dir, name, "lease-script"), 0o755);
  return machine;
}

test("tink up says with which address it serves each of its interfaces", () => {
  const interfaces = networks.map(({ link, server: address }) => ({ name: link, address }));
  assert.deepEqual(ready.interfaces, interfaces);
});

for (const network of networks) {
  const { name, link, address, mac, server: own, client } = network;
  const files = () => join(dir, name);
  const machine = () => {
    const found = machines.get(network);
    assert.ok(found);
    return found;
  };
  const curl = async (...args: string[]) =>
    (await runInside(machine(), ["curl", "-sS", "--max-time", "10", ...args])).stdout;

  describe(`a machine on ${link}`, () => {
    const script = `http://${own}:7080/ipxe/script/${mac}/auto.ipxe`;

    test("gets the address of its own Hardware by DHCP, from the server on its network, with a script there", async () => {
      assert.equal(await firstLease(machine(), client(files())), `told ${address} ${own} ${script}`);
    });

    test("is given a script that names nothing but the server's address on its network", async () => {
      const text = await curl(script);
      assert.match(text, /^kernel http/m);
      const addresses = new Set(text.match(/10\.\d+\.\d+\.1\b/g));
      assert.deepEqual([...addresses], [own]);
    });

    test("reads its loader there by TFTP, and its metadata by HTTP", async () => {
      const loader = join(files(), "loader");
      await curl("-o", loader, `tftp://${own}/undionly.kpxe`);
      assert.deepEqual(await readFile(loader), await readFile("/usr/lib/ipxe/undionly.kpxe"));
      assert.equal(await curl(`http://${own}:7080/2009-04-04/meta-data/hostname`), name);
    });

    test("is answered there by the worker protocol", async () => {
      const grpc = ["--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers"];
      const call = ["--data-binary", `@${join(files(), "call")}`, "-D", "-", "-o", join(files(), "answer")];
      const headers = await curl(...grpc, ...call, `http://${own}:42113/proto.WorkflowService/GetAction`);
      assert.match(headers, /^HTTP\/2 200[\s\S]*^grpc-status: 3\r$/m); // invalid argument: it names no worker
    });
  });
}

describe("a machine on one network, which can reach the server's address on the other", () => {
  const other = networks[0]?.server ?? "";
  const ask = async (...command: string[]) => {
    const right = [...machines.values()].at(-1);
    assert.ok(right);
    return await runInside(right, command);
  };

  before(async () => {
    await ask("ip", "addr", "add", "10.78.0.99/24", "dev", "eth0");
    await ask("ip", "route", "add", `${other}/32`, "via", networks[1]?.server ?? "");
    // It does reach it: what listens on all links answers it there.
    const program = `require("node:http").createServer((_, answer) => answer.end("reached")).listen(9000, () => console.log("listens"))`;
    const anything = spawnInside(server, [process.execPath, "-e", program]);
    const ended = once(anything, "close");
    await once(createInterface({ input: anything.stdout }), "line", { signal: AbortSignal.timeout(10_000) });
    const { stdout } = await ask("curl", "-sS", "--max-time", "10", `http://${other}:9000/`);
    anything.kill();
    await ended;
    assert.equal(stdout, "reached");
  });

  for (const [what, url] of [
    ["metadata and scripts", `http://${other}:7080/`],
    ["the worker protocol", `http://${other}:42113/`],
  ] as const)
    test(`is not served ${what} there`, async () => {
      const { code, stderr } = await ask("curl", "-sS", "--max-time", "10", url);
      assert.equal(code, 7, stderr); // connection refused
    });

  test("is not served TFTP there", async () => {
    const loader = join(dir, "no-loader");
    const { code } = await ask("curl", "-sS", "--max-time", "3", "-o", loader, `tftp://${other}/undionly.kpxe`);
    assert.notEqual(code, 0);
  });
});

test("programs of the server's own machine reach its addresses", async () => {
  for (const { server: address } of networks) {
    const { stdout } = await runInside(server, ["curl", "-sS", "--max-time", "10", `http://${address}:7080/`]);
    assert.match(stdout, /not found/i);
  }
});
