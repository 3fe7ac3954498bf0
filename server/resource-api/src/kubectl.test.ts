// kubectl against the resource API: Debian's own, and another one when this machine has it. One server, one long story.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { access, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { kinds, ResourceClient } from "@neverland/api";
import { collectGarbage } from "@neverland/controllers/testing/garbage-collection.ts";
import { writeKubeconfig } from "./access-files.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { debianKubectl } from "./testing/debian-kubectl.ts";

const hardwareYaml = `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: m1
  labels: {rack: a}
spec:
  interfaces:
  - dhcp:
      mac: "52:54:00:00:00:01"
      ip: {address: 10.0.0.5, netmask: 255.255.255.0}
`;
const templateYaml = (name: string, data: string) =>
  `apiVersion: tinkerbell.org/v1alpha1\nkind: Template\nmetadata:\n  name: ${name}\nspec:\n  data: "${data}"\n`;

type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

for (const kubectl of await kubectls()) suite(kubectl, (await minorVersionOf(kubectl)) >= 25);

/** @param asksServer Whether this kubectl leaves the check of fields to a server that says it can. */
function suite(kubectl: string, asksServer: boolean): void {
  describe(`${kubectl} finds a Kubernetes`, { timeout: 300_000 }, () => {
    let api: ApiServer;
    let collector: ReturnType<typeof collectGarbage>;
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "kubectl-"));
      api = await startApiServer({ isSecure: true });
      collector = collectGarbage(api.store);
      await collector.start(AbortSignal.timeout(10_000));
      await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
    });
    after(async () => {
      await collector.stop(AbortSignal.timeout(10_000));
      await api.close();
      await rm(folder, { recursive: true, force: true });
    });

    const environment = (more: Record<string, string> = {}) => ({
      PATH: process.env.PATH,
      HOME: folder,
      KUBECONFIG: join(folder, "kubeconfig"),
      ...more,
    });
    /** Runs kubectl to its end; `input` is its standard input. */
    async function run(args: string[], input = "", more: Record<string, string> = {}): Promise<Result> {
      return await new Promise((resolve) => {
        const options = { env: environment(more), timeout: 120_000 };
        const child = execFile(kubectl, args, options, (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
        child.stdin?.end(input);
      });
    }
    /** As run, for what must succeed. */
    async function ok(args: string[], input = "", more: Record<string, string> = {}): Promise<string> {
      const { code, stdout, stderr } = await run(args, input, more);
      assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
      return stdout;
    }

    test("makes, shows, applies, labels and edits a secret; describe shows no value of it", async () => {
      const literals = ["--from-literal=user=ann", "--from-literal=password=canary-4711"];
      await ok(["create", "secret", "generic", "bmc", ...literals]);
      assert.match(await ok(["get", "secrets"]), /^NAME +TYPE +DATA +AGE\nbmc +Opaque +2 +\S+\n$/);
      assert.equal(await ok(["get", "secret", "bmc", "-o", "jsonpath={.data.user}"]), "YW5u");
      const described = await ok(["describe", "secret", "bmc"]);
      assert.match(described, /^password: +11 bytes$/m);
      assert.ok(!described.includes("canary"));
      const file = join(folder, "secret.yaml");
      const yaml = (password: string) =>
        `apiVersion: v1\nkind: Secret\nmetadata: {name: applied}\ntype: kubernetes.io/basic-auth\nstringData: {password: ${password}}\n`;
      await writeFile(file, yaml("one"));
      assert.match(await ok(["apply", "-f", file]), /^secret\/applied created$/m);
      await writeFile(file, yaml("two"));
      assert.match(await ok(["apply", "-f", file]), /^secret\/applied configured$/m);
      assert.equal(await ok(["get", "secret", "applied", "-o", "jsonpath={.data.password}"]), "dHdv");
      await ok(["label", "secret", "applied", "rack=a"]);
      assert.match(
        await ok(["apply", "--server-side", "--force-conflicts", "-f", file]),
        /^secret\/applied serverside-applied$/m,
      );
      assert.match(await ok(["delete", "secret", "-l", "rack=a"]), /secret "applied" deleted/);
    });

    test("says of --as that there are no roles, and does nothing", async () => {
      const { code, stderr } = await run(["create", "namespace", "as-x", "--as=x", "--as-group=y"]);
      assert.equal(code, 1);
      assert.match(stderr, /User "neverland" cannot act as another: this server has no roles/);
      assert.equal((await run(["get", "namespace", "as-x"])).code, 1);
    });

    test("makes, labels, applies and deletes a namespace, with what is in it", async () => {
      const yaml = `${"apiVersion: v1\nkind: Namespace\nmetadata: {name: site-c, labels: {tier: gold}}\n---\n"}${templateYaml("inside", "x")}`;
      const inside = yaml.replace("name: inside", "name: inside\n  namespace: site-c");
      assert.match(await ok(["create", "namespace", "site-b"]), /^namespace\/site-b created$/m);
      assert.match((await run(["create", "namespace", "site-b"])).stderr, /AlreadyExists/);
      assert.match(await ok(["apply", "-f", "-"], inside), /^namespace\/site-c created$/m);
      assert.match(await ok(["apply", "-f", "-"], inside), /^namespace\/site-c unchanged$/m);
      await ok(["apply", "--server-side", "--force-conflicts", "-f", "-"], inside);
      await ok(["label", "namespace", "site-c", "rack=a"]);
      assert.match(await ok(["get", "ns", "-l", "rack=a,tier=gold"]), /^NAME +STATUS +AGE\nsite-c +Active +\S+\n$/);
      assert.match(await ok(["describe", "ns", "site-c"]), /^Status: +Active$/m);
      const gone = await ok(["delete", "--ignore-not-found", "-f", "-"], inside);
      assert.match(gone, /^namespace "site-c" deleted$/m);
      await ok(["delete", "ns", "site-b"]);
      assert.equal((await run(["get", "tpl", "inside", "-n", "site-c"])).code, 1);
      assert.match(await ok(["get", "ns", "-o", "name"]), /^namespace\/default\n$/);
      assert.match((await run(["delete", "ns", "default"])).stderr, /Forbidden/);
    });

    test("api-resources lists the kinds with short names", async () => {
      const text = await ok(["api-resources", "--no-headers"]);
      assert.match(text, /^hardware +hw +tinkerbell\.org\/v1alpha1 +true +Hardware$/m);
      assert.match(text, /^workflows +wf +tinkerbell\.org\/v1alpha1 +true +Workflow$/m);
      assert.match(await ok(["api-versions"]), /^metal\.neverland\.dev\/v1alpha1$/m);
    });

    test("apply creates, then leaves unchanged, then configures", async () => {
      assert.equal(await ok(["apply", "-f", "-"], hardwareYaml), "hardware.tinkerbell.org/m1 created\n");
      assert.equal(await ok(["apply", "-f", "-"], hardwareYaml), "hardware.tinkerbell.org/m1 unchanged\n");
      const changed = hardwareYaml.replace("rack: a", "rack: b").replace("10.0.0.5", "10.0.0.6");
      assert.equal(await ok(["apply", "-f", "-"], changed), "hardware.tinkerbell.org/m1 configured\n");
      const got = await ok([
        "get",
        "hw",
        "m1",
        "-o",
        "jsonpath={.metadata.labels.rack} {.spec.interfaces[0].dhcp.ip.address}",
      ]);
      assert.equal(got, "b 10.0.0.6");
    });

    test("get prints tables, names, JSON and YAML, by label, field and over namespaces", async () => {
      await ok(["apply", "-n", "site-b", "-f", "-"], templateYaml("far", "x"));
      await ok(["apply", "-f", "-"], templateYaml("near", "x"));
      assert.match(
        await ok(["get", "tpl", "-A"]),
        /^NAMESPACE +NAME +STATE +AGE\ndefault +near +\S*\s+\S+\nsite-b +far /,
      );
      assert.match(await ok(["get", "wf,tpl", "-o", "wide"]), /template\.tinkerbell\.org\/near|near/);
      assert.equal(await ok(["get", "hw", "-l", "rack in (b,c)", "-o", "name"]), "hardware.tinkerbell.org/m1\n");
      assert.equal(
        await ok(["get", "tpl", "-A", "--field-selector", "metadata.name=far", "-o", "name"]),
        "template.tinkerbell.org/far\n",
      );
      assert.equal(JSON.parse(await ok(["get", "tpl", "near", "-o", "json"])).spec.data, "x");
      assert.match(await ok(["get", "tpl", "near", "-o", "yaml"]), /^spec:\n {2}data: x$/m);
      const { code, stderr } = await run(["get", "tpl", "none"]);
      assert.equal(code, 1);
      assert.match(stderr, /Error from server \(NotFound\): templates\.tinkerbell\.org "none" not found/);
    });

    test("describe shows the object and the machine's timeline as its events", async () => {
      const spec = { source: "boots/dhcp", type: "DhcpIgnored", reason: "NetbootNotAllowed", hardware: "m1" };
      await api.store.create(kinds.MachineEvent, {
        apiVersion: "metal.neverland.dev/v1alpha1",
        kind: "MachineEvent",
        metadata: { name: "e1", namespace: "default" },
        spec: { ...spec, message: "not allowed to boot", time: new Date().toISOString() },
      });
      const text = await ok(["describe", "hw", "m1"]);
      assert.match(text, /^Name: +m1$/m);
      assert.match(text, /NetbootNotAllowed .*boots\/dhcp +not allowed to boot/);
      const [head, row] = (await ok(["get", "events"])).split("\n");
      assert.match(head ?? "", /^NAME +LAST SEEN +TYPE +REASON +KIND +OBJECT +MESSAGE/);
      assert.match(row ?? "", /^e1 +\S+ +Warning +NetbootNotAllowed +Hardware +m1 +not allowed to boot/);
      assert.match(await ok(["get", "mev"]), /^NAME +TIME +MACHINE +MAC +TYPE +REASON +MESSAGE/);
    });

    test("auth says what the token may, and what it may not", async () => {
      assert.equal((await run(["auth", "can-i", "create", "workflows"])).stdout.trim().split(" ")[0], "yes");
      assert.equal((await run(["auth", "can-i", "get", "workflows", "--subresource=log"])).stdout.slice(0, 3), "yes");
      assert.equal((await run(["auth", "can-i", "*", "*", "-A"])).stdout.slice(0, 3), "yes");
      assert.equal((await run(["auth", "can-i", "get", "/version"])).stdout.slice(0, 3), "yes");
      for (const no of [
        ["delete", "machineevents"],
        ["list", "pods"],
        ["get", "/metrics"],
      ]) {
        const { code, stdout } = await run(["auth", "can-i", ...no]);
        assert.deepEqual([code, stdout.slice(0, 2)], [1, "no"], no.join(" "));
      }
      const list = await ok(["auth", "can-i", "--list"]);
      assert.match(list, /^hardware\.tinkerbell\.org +\[\] +\[\] +\[create delete deletecollection get /m);
      assert.match(list, /^ +\[\/version\] +\[\] +\[get\]$/m);
    });

    if (asksServer)
      test("auth whoami names who has the token", async () => {
        const text = await ok(["auth", "whoami"]);
        assert.match(text, /^Username +neverland$/m);
        assert.match(text, /^Groups +\[system:masters system:authenticated\]$/m);
      });

    test("explain tells the fields of a spec", async () => {
      assert.match(await ok(["explain", "events.involvedObject"]), /^ +name\s+<string>/m);
      const dhcp = await ok(["explain", "hardware.spec.interfaces.dhcp"]);
      assert.match(dhcp, /^ +lease_time\s+<integer>\n +How long an address is lent, in seconds/m);
      assert.match(await ok(["explain", "hardware.metadata.generation"]), /How often spec was changed/);
      assert.match(await ok(["explain", "workflow.spec"]), /^ +templateRef\s+<string>/m);
    });

    test("a file with a misspelt field is stopped before anything is sent", async () => {
      const { code, stderr } = await run(["apply", "-f", "-"], templateYaml("typo", "x").replace("  data:", "  dota:"));
      assert.equal(code, 1);
      assert.match(stderr, /unknown field "(spec\.)?dota"/);
    });

    if (asksServer)
      test("it reads version 3 of the schemas as protobuf, and asks for no other", async () => {
        const args = ["apply", "-v=8", "--dry-run=server", "-f", "-"];
        const { code, stderr } = await run(args, templateYaml("schema", "x"));
        assert.equal(code, 0, stderr);
        assert.match(stderr, /GET \S+\/openapi\/v3\/apis\/tinkerbell\.org\/v1alpha1\?hash=/);
        assert.ok(!stderr.includes("/openapi/v2"), stderr);
      });

    if (asksServer)
      test("told to warn, it leaves fields to the server, whose warnings it shows", async () => {
        const text = templateYaml("warned", "x").replace("spec:", "spec:\n  later: 1");
        const { code, stdout, stderr } = await run(["apply", "--validate=warn", "-f", "-"], text);
        assert.deepEqual([code, stdout], [0, "template.tinkerbell.org/warned created\n"], stderr);
        assert.equal(stderr, 'Warning: unknown field "spec.later"\n');
      });

    test("fields that no schema knows are kept when they are meant", async () => {
      const text = templateYaml("later", "x").replace("spec:", "spec:\n  later: {a: [1, 2]}");
      await ok(["apply", "--validate=false", "-f", "-"], text);
      assert.equal(await ok(["get", "tpl", "later", "-o", "jsonpath={.spec.later.a[1]}"]), "2");
    });

    test("a file with a bad value is refused with its field", async () => {
      const { code, stderr } = await run(
        ["create", "-f", "-"],
        hardwareYaml.replace("52:54", "XX:54").replace("m1", "m2"),
      );
      assert.equal(code, 1);
      assert.match(
        stderr,
        /The Hardware "m2" is invalid: spec\.interfaces\[0\]\.dhcp\.mac: Invalid value: "XX:54:00:00:00:01"/,
      );
    });

    test("server-side apply shares, conflicts and forces", async () => {
      const apply = (data: string, ...more: string[]) =>
        run(["apply", "--server-side", ...more, "-f", "-"], templateYaml("ssa", data));
      assert.equal((await apply("one")).stdout, "template.tinkerbell.org/ssa serverside-applied\n");
      const refused = await apply("two", "--field-manager=bob");
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /Apply failed with 1 conflict: conflict with "kubectl" using tinkerbell\.org\/v1alpha1: \.spec\.data/,
      );
      assert.equal((await apply("two", "--field-manager=bob", "--force-conflicts")).code, 0);
      assert.equal(await ok(["get", "tpl", "ssa", "-o", "jsonpath={.spec.data}"]), "two");
    });

    test("an object that was applied by the client can be applied by the server", async () => {
      await ok(["apply", "-f", "-"], templateYaml("both", "one"));
      await ok(["apply", "--server-side", "--force-conflicts", "-f", "-"], templateYaml("both", "two"));
      assert.equal(await ok(["get", "tpl", "both", "-o", "jsonpath={.spec.data}"]), "two");
    });

    test("patch edits by merge and JSON patch, label and annotate too; strategic merge is refused", async () => {
      await ok(["apply", "-f", "-"], templateYaml("patched", "one"));
      await ok(["patch", "tpl", "patched", "--type", "merge", "-p", '{"spec":{"data":"two"}}']);
      await ok([
        "patch",
        "tpl",
        "patched",
        "--type",
        "json",
        "-p",
        '[{"op":"test","path":"/spec/data","value":"two"},{"op":"replace","path":"/spec/data","value":"three"}]',
      ]);
      await ok(["label", "tpl", "patched", "a=b"]);
      await ok(["annotate", "tpl", "patched", "note=c d"]);
      const got = await ok([
        "get",
        "tpl",
        "patched",
        "-o",
        "jsonpath={.spec.data} {.metadata.labels.a} {.metadata.annotations.note}",
      ]);
      assert.equal(got, "three b c d");
      const { code, stderr } = await run(["patch", "tpl", "patched", "-p", '{"spec":{"data":"no"}}']);
      assert.equal(code, 1);
      assert.match(stderr, /unknown format|not supported/);
    });

    test("edit writes back what the editor made", async () => {
      await ok(["apply", "-f", "-"], templateYaml("edited", "before"));
      const editor = join(folder, "editor.sh");
      await writeFile(editor, "#!/bin/sh\nsed -i 's/data: before/data: after/' \"$1\"\n", { mode: 0o700 });
      assert.equal(
        await ok(["edit", "tpl", "edited"], "", { KUBE_EDITOR: editor }),
        "template.tinkerbell.org/edited edited\n",
      );
      assert.equal(await ok(["get", "tpl", "edited", "-o", "jsonpath={.spec.data}"]), "after");
    });

    test("diff shows what an apply would change, and its exit code says whether anything", async () => {
      const before = templateYaml("differs", "one");
      await ok(["apply", "--server-side", "-f", "-"], before);
      assert.equal((await run(["diff", "--server-side", "-f", "-"], before)).code, 0);
      const { code, stdout } = await run(["diff", "--server-side", "-f", "-"], templateYaml("differs", "two"));
      assert.equal(code, 1);
      assert.match(stdout, /\n- +data: one\n\+ +data: two\n/);
      await ok(["delete", "template", "differs"]);
    });

    test("a dry run on the server writes nothing", async () => {
      assert.match(
        await ok(["apply", "--dry-run=server", "-f", "-"], templateYaml("dry", "x")),
        /created \(server dry run\)/,
      );
      assert.equal((await run(["get", "tpl", "dry"])).code, 1);
    });

    test("get -w prints each change as it comes", async () => {
      await ok(["apply", "-f", "-"], templateYaml("watched", "one"));
      const child = spawn(kubectl, ["get", "tpl", "watched", "-w", "-o", "name"], { env: environment() });
      let lines = 0;
      for await (const _line of createInterface({ input: child.stdout })) {
        lines++;
        if (lines === 1) await ok(["patch", "tpl", "watched", "--type", "merge", "-p", '{"spec":{"data":"two"}}']);
        if (lines === 2) break;
      }
      child.kill();
      assert.equal(lines, 2);
    });

    test("get -w prints a table that grows by a row for each change, under one heading", async () => {
      await ok(["apply", "-f", "-"], templateYaml("rows", "one"));
      const child = spawn(kubectl, ["get", "tpl", "rows", "-w", "--show-labels"], { env: environment() });
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        lines.push(line);
        if (lines.length === 2) await ok(["label", "tpl", "rows", "step=two"]);
        if (lines.length === 3) await ok(["delete", "tpl", "rows", "--wait=false"]);
        if (lines.length === 4) break;
      }
      child.kill();
      assert.match(lines.join("\n"), /^NAME +STATE +AGE +LABELS\nrows .*<none>\nrows .*step=two\nrows .*step=two$/);
    });

    test("wait waits for a condition and for a delete", async () => {
      const workflow =
        "apiVersion: tinkerbell.org/v1alpha1\nkind: Workflow\nmetadata: {name: waited}\nspec: {templateRef: t}\n";
      await ok(["apply", "-f", "-"], workflow);
      const waiting = ok(["wait", "--for=condition=TemplateRenderedSuccess", "wf/waited", "--timeout=60s"]);
      const stored = await api.store.get(kinds.Workflow, { namespace: "default", name: "waited" });
      assert.ok(stored);
      const conditions = [{ type: "TemplateRenderedSuccess", status: "True" }];
      await api.store.updateStatus(kinds.Workflow, { ...stored, status: { conditions } });
      assert.match(await waiting, /condition met/);
    });

    test("wait --for=delete waits until the object is gone", async () => {
      await ok(["apply", "-f", "-"], templateYaml("leaving", "x"));
      const args = ["wait", "--for=delete", "tpl/leaving", "--timeout=60s", "-v=6"];
      const child = spawn(kubectl, args, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
      const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
      let log = "";
      // Until it looks for the object no more, but listens. Its output is read to the end, or it would die of it.
      const listening = new Promise<void>((resolve) => {
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          log += text;
          if (log.includes("watch=true")) resolve();
        });
      });
      await listening;
      await ok(["delete", "tpl", "leaving"]);
      assert.equal(await ended, 0, log);
    });

    test("delete waits for finalizers, and what was owned goes too", async () => {
      await ok(["apply", "-f", "-"], templateYaml("owner", "x"));
      const uid = await ok(["get", "tpl", "owner", "-o", "jsonpath={.metadata.uid}"]);
      const owned = templateYaml("owned", "x").replace(
        "name: owned",
        `name: owned\n  ownerReferences: [{apiVersion: tinkerbell.org/v1alpha1, kind: Template, name: owner, uid: ${uid}}]`,
      );
      await ok(["apply", "-f", "-"], owned);
      await ok(["patch", "tpl", "owner", "--type", "merge", "-p", '{"metadata":{"finalizers":["x/hold"]}}']);
      const deleting = ok(["delete", "tpl", "owner", "--timeout=60s"]);
      const templates = new ResourceClient(kinds.Template, { server: api.url, token: api.token, fetch: api.fetch });
      const deadline = AbortSignal.timeout(60_000);
      const key = { namespace: "default", name: "owner" };
      await templates.waitFor(key, (object) => Boolean(object?.metadata.deletionTimestamp), deadline);
      await ok(["patch", "tpl", "owner", "--type", "merge", "-p", '{"metadata":{"finalizers":null}}']);
      assert.match(await deleting, /template\.tinkerbell\.org "owner" deleted/);
      await templates.waitFor({ ...key, name: "owned" }, (object) => object === undefined, deadline);
      assert.equal((await run(["get", "tpl", "owned"])).code, 1);
    });

    test("delete by label and of a whole file", async () => {
      await ok(["apply", "-f", "-"], `${templateYaml("d1", "x")}---\n${templateYaml("d2", "x")}`);
      await ok(["label", "tpl", "d1", "d2", "gone=soon"]);
      assert.match(await ok(["delete", "tpl", "-l", "gone=soon"]), /"d1" deleted[\s\S]*"d2" deleted/);
      await ok(["delete", "-f", "-"], hardwareYaml);
      assert.equal(await ok(["get", "hw", "-o", "name"]), "");
    });

    test("without the token there is no way in", async () => {
      const authority = join(folder, "ca.crt");
      await writeFile(authority, api.authority ?? "");
      const server = ["--server", api.url, "--certificate-authority", authority, "--kubeconfig", "/dev/null"];
      const { code, stderr } = await run(["get", "hw", "--token", "another", ...server]);
      assert.equal(code, 1);
      assert.match(stderr, /You must be logged in|Unauthorized|provide credentials/);
    });
  });
}

async function minorVersionOf(kubectl: string): Promise<number> {
  const { stdout } = await promisify(execFile)(kubectl, ["version", "--client", "-o", "json"]);
  return Number.parseInt(JSON.parse(stdout).clientVersion.minor, 10); // some write "20+"
}

/** Debian's first; then the one of the PATH, when there is one and it is not Debian's. */
async function kubectls(): Promise<string[]> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const present = await Promise.all(
    folders.map((folder) =>
      access(join(folder, "kubectl")).then(
        () => [join(folder, "kubectl")],
        () => [],
      ),
    ),
  );
  const other = present.flat()[0];
  const debian = await debianKubectl();
  return other && (await realpath(other)) !== debian ? [debian, other] : [debian];
}
