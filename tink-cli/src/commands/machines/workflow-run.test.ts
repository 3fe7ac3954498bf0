// Following workflows: watch and logs, against a real server, with a worker that speaks the protocol.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kinds } from "@neverland/api";
import type { TestWorker } from "@neverland/tink-server/testing/tink-bench.ts";
import { type CliBench, interruptCliProcess, openCliBench } from "../../testing/cli-bench.ts";
import { hardwareYaml, templateYaml, workflowYaml } from "../../testing/manifests.ts";

let bench: CliBench;
let machines = 0;
before(async () => {
  bench = await openCliBench();
  assert.equal((await bench.run("apply", "-f", await bench.file("t.yaml", templateYaml("two")))).code, 0);
});
after(() => bench.close());

/** A machine and its workflow, both with this name; the worker that runs it. */
async function workflow(name: string): Promise<TestWorker> {
  machines += 1;
  const mac = `52:54:00:bb:00:${machines.toString(16).padStart(2, "0")}`;
  const yaml = [hardwareYaml(name, mac), workflowYaml(name, "two", name, mac)].join("---\n");
  const { code, stderr } = await bench.run("apply", "-f", await bench.file(`${name}.yaml`, yaml));
  assert.equal(code, 0, stderr);
  return bench.worker(mac);
}

test("watch shows each step and is 0 when the workflow succeeds", async () => {
  const worker = await workflow("good");
  const watching = bench.start("watch", "workflow/good");
  await watching.saw(/^good: (NEW|PENDING)\n/);
  const first = await worker.ask();
  await worker.report(first, "RUNNING");
  await watching.saw(/^good: RUNNING\n {2}RUNNING {2}first\n/m);
  await worker.report(first, "SUCCESS");
  await worker.run();
  const { code, stdout, stderr } = await watching.ended;
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /good: SUCCESS\n {2}SUCCESS {2}first[^\n]*\n {2}SUCCESS {2}second[^\n]*\n$/);
});

test("watch is 1 when the workflow fails, and says why", async () => {
  const worker = await workflow("bad");
  const watching = bench.start("watch", "wf", "bad");
  const action = await worker.ask();
  await worker.report(action, "RUNNING");
  await worker.report(action, "FAILED", "the disk is gone");
  const { code, stdout } = await watching.ended;
  assert.equal(code, 1);
  assert.match(stdout, /bad: FAILED[\s\S]* {2}FAILED {3}first[^\n]*: the disk is gone\n$/);
});

test("watch of a workflow that has ended already says so at once", async () => {
  const worker = await workflow("over");
  await worker.run();
  await worker.run();
  // The last report is folded a moment after it was taken.
  await bench.run("watch", "workflow/over", "--timeout", "60");
  const { code, stdout } = await bench.run("watch", "workflow/over", "--timeout", "60");
  assert.deepEqual([code, /^over: SUCCESS\n/.test(stdout)], [0, true]);
});

test("watch --timeout is exit code 4", async () => {
  await workflow("slow");
  const { code, stderr } = await bench.run("watch", "workflow/slow", "--timeout", "1");
  assert.deepEqual([code, stderr], [4, "tink: workflow/slow was not done after 1 s\n"]);
});

test("a workflow that runs is deleted with --force alone; cancel ends it, and retry begins it again", async () => {
  const worker = await workflow("asked");
  const action = await worker.ask();
  await worker.report(action, "RUNNING");
  await bench.start("watch", "workflow/asked").saw(/^asked: RUNNING\n/m);
  const refused = await bench.run("delete", "workflow/asked");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /runs action "first": .*tink delete --force does it/);
  const cancelling = bench.start("workflow", "cancel", "asked");
  await bench.start("watch", "workflow/asked").saw(/^asked: RUNNING: the workflow was cancelled while worker/m);
  await worker.report(action, "FAILED", "stopped");
  const cancelled = await cancelling.ended;
  assert.deepEqual([cancelled.code, cancelled.stdout], [0, "workflow.tinkerbell.org/asked cancelled\n"]);
  assert.match(cancelled.stderr, /in action "first" \(stopped\): the disk may be half written/);
  const wrong = await bench.run("workflow", "retry", "asked", "--from", "third");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /one of first, second, found "third"/);
  const retried = await bench.run("workflow", "retry", "workflow.tinkerbell.org/asked", "--from", "second");
  assert.deepEqual([retried.code, retried.stdout], [0, "workflow.tinkerbell.org/asked retried\n"]);
  const second = await worker.ask();
  assert.equal(second.name, "second");
  await worker.report(second, "RUNNING");
  await worker.report(second, "SUCCESS");
  assert.equal((await bench.run("watch", "workflow/asked", "--timeout", "60")).code, 0);
  assert.equal((await bench.run("workflow", "cancel", "asked")).code, 1);
  const machine = await bench.run("workflow", "retry", "hardware/asked");
  assert.deepEqual(
    [machine.code, machine.stderr],
    [2, "tink: hardware/asked: expected a workflow, such as workflow/NAME\n"],
  );
});

test("explain of a name that no machine has is of the workflow of that name", async () => {
  await workflow("named");
  const yaml = workflowYaml("of-named", "two", "named", "52:54:00:bb:02:00");
  assert.equal((await bench.run("apply", "-f", await bench.file("of-named.yaml", yaml))).code, 0);
  // What is explained below is the same from then on.
  assert.equal((await bench.run("wait", "wf/of-named", "--for=condition=WorkerOfHardware=False")).code, 0);
  const byName = await bench.run("explain", "of-named");
  assert.match(byName.stdout, /^Workflow of-named [\s\S]*because besides, Workflow named /, byName.stderr);
  assert.match((await bench.run("explain", "wf/of-named")).stdout, /^Workflow of-named /);
  assert.match((await bench.run("explain", "named")).stdout, /^Workflow named /);
  assert.equal((await bench.run("explain", "of-nobody")).code, 3);
});

test("explain of a workflow begins with that one, whichever tells most of its machine", async () => {
  const worker = await workflow("earlier");
  await worker.run();
  await worker.run();
  assert.equal((await bench.run("watch", "workflow/earlier", "--timeout", "60")).code, 0);
  const yaml = workflowYaml("later", "two", "earlier", `52:54:00:bb:00:${machines.toString(16).padStart(2, "0")}`);
  assert.equal((await bench.run("apply", "-f", await bench.file("later.yaml", yaml))).code, 0);
  assert.equal((await bench.run("wait", "wf/later", "--for=jsonpath={.status.state}=PENDING")).code, 0);
  assert.match((await bench.run("explain", "earlier")).stdout, /^Workflow later /);
  const { stdout } = await bench.run("explain", "workflow/earlier");
  assert.match(stdout, /^Workflow earlier [\s\S]*because besides, Workflow later /);
  assert.match((await bench.run("explain", "wf/later")).stdout, /^Workflow later /);
});

test("watch of a workflow that is deleted is 1, of one that is not there 3", async () => {
  await workflow("doomed");
  const watching = bench.start("watch", "workflow/doomed");
  await watching.saw(/^doomed: /);
  await bench.run("delete", "workflow/doomed");
  const { code, stderr } = await watching.ended;
  assert.equal(code, 1);
  // Before it what holds the deletion is said, where that takes a moment.
  assert.match(stderr, /^(workflow doomed is being deleted, .*\n)?workflow doomed was deleted\n$/);
  const gone = await bench.run("watch", "workflow/doomed");
  assert.deepEqual(
    [gone.code, gone.stderr],
    [3, 'tink: There is no workflow "doomed" in namespace default; did you mean hardware/doomed?\n'],
  );
});

test("watch says who holds a workflow or a machine that is to go, and is 1 when it has gone", async () => {
  await workflow("held");
  const finalizers = ["example.org/audit"];
  for (const kind of [kinds.Workflow, kinds.Hardware]) {
    const key = { namespace: "default", name: "held" };
    await bench.clients(kind).patch(key, { metadata: { finalizers } });
    const watching = bench.start("watch", `${kind.singular}/held`);
    await bench.run("delete", `${kind.singular}/held`, "--wait=false");
    await watching.warned(/ held is being deleted, and is held by .*example\.org\/audit: whoever put it there/);
    await bench.clients(kind).patch(key, { metadata: { finalizers: null } });
    const { code, stderr } = await watching.ended;
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^${kind.singular} held was deleted$`, "m"));
  }
});

test("watch of a workflow whose template does not render is 1 with what to mend, unless it is mended at once", async () => {
  const mac = "52:54:00:bb:01:00";
  const broken = [hardwareYaml("broken", mac), workflowYaml("broken", "to-come", "broken", mac)].join("---\n");
  await bench.run("apply", "-f", await bench.file("broken.yaml", broken));
  const { code, stderr } = await bench.run("watch", "workflow/broken");
  assert.equal(code, 1);
  assert.match(stderr, /^workflow broken cannot start: .*to-come.*; apply Template to-come, .* watch again\n$/);
  const watching = bench.start("watch", "workflow/broken");
  await bench.run("apply", "-f", await bench.file("to-come.yaml", templateYaml("to-come")));
  await watching.saw(/^broken: PENDING/m);
  watching.interrupt();
  assert.equal((await watching.ended).code, 130);
});

test("watch of a machine that nothing can happen to is 1, and says why", async () => {
  await bench.clients(kinds.Hardware).create({ metadata: { name: "blank" }, spec: {} });
  const { code, stderr } = await bench.run("watch", "hardware/blank");
  assert.equal(code, 1);
  assert.match(stderr, /^Hardware blank names no MAC, so no machine is known by it: it has no interfaces; set spec/);
});

test("watch ends with 130 on Ctrl-C", async () => {
  await workflow("left");
  const watching = bench.start("watch", "workflow/left");
  await watching.saw(/^left: /);
  watching.interrupt();
  const { code, stderr } = await watching.ended;
  assert.deepEqual([code, stderr], [130, ""]);
});

test("watch hardware shows what happens to the machine", async () => {
  const worker = await workflow("seen");
  const watching = bench.start("watch", "hardware/seen");
  await worker.run();
  await watching.saw(/^\d{4}-\S+Z {2}ActionStarted: action "first" started\n/m);
  await watching.saw(/^\d{4}-\S+Z {2}ActionSucceeded: action "first" succeeded\n/m);
  watching.interrupt();
  assert.equal((await watching.ended).code, 130);
});

test("describe shows a workflow with its actions and what happened", async () => {
  const worker = await workflow("described");
  await worker.run();
  const watching = bench.start("watch", "hardware/described");
  await watching.saw(/ActionSucceeded/);
  watching.interrupt();
  const { stdout } = await bench.run("describe", "workflow/described");
  assert.match(stdout, /^ +name: first$/m);
  assert.match(stdout, /^ +\d+s +ActionSucceeded +tink-server +action "first" succeeded$/m);
});

test("logs are what actions wrote: all, of one action, or the last lines", async () => {
  const worker = await workflow("logged");
  const first = await worker.run();
  await worker.print(first, 1, "one", "two");
  const second = await worker.run();
  await worker.print(second, 1, "three");
  const all = "==> first <==\none\ntwo\n==> second <==\nthree\n";
  assert.deepEqual(await bench.run("logs", "logged"), { code: 0, stdout: all, stderr: "" });
  assert.equal((await bench.run("logs", "workflow/logged", "--action", "first")).stdout, "one\ntwo\n");
  assert.equal((await bench.run("logs", "wf/logged", "--tail", "1")).stdout, "three\n");
});

test("logs of nothing say so, and an action that is not there is told with those that are", async () => {
  await (await workflow("silent")).ask(); // it waits for its worker, so it has been rendered
  const [all, first, other] = [[], ["--action", "first"], ["--action", "nope"]] as const;
  assert.deepEqual(await bench.run("logs", "silent", ...all), {
    ...{ code: 0, stdout: "" },
    stderr: "workflow silent has printed nothing (state: PENDING)\n",
  });
  assert.match((await bench.run("logs", "silent", ...first)).stderr, /^action "first" of workflow silent has printed/);
  assert.deepEqual(await bench.run("logs", "silent", ...other), {
    ...{ code: 3, stdout: "" },
    stderr: 'tink: workflow silent has no action "nope"; it has first, second\n',
  });
});

test("logs -f follows from before the first line to the end of the workflow", async () => {
  const worker = await workflow("followed");
  const following = bench.start("logs", "-f", "followed");
  const first = await worker.ask();
  await worker.report(first, "RUNNING");
  await worker.print(first, 1, "begin");
  await following.saw(/^==> first <==\nbegin\n$/);
  await worker.print(first, 2, "end");
  await following.saw(/^==> first <==\nbegin\nend\n$/);
  await worker.report(first, "SUCCESS");
  const second = await worker.ask();
  await worker.print(second, 1, "more");
  await following.saw(/==> second <==\nmore\n$/);
  await worker.report(second, "RUNNING");
  await worker.report(second, "SUCCESS");
  assert.deepEqual(await following.ended, {
    code: 0,
    stdout: "==> first <==\nbegin\nend\n==> second <==\nmore\n",
    stderr: "",
  });
});

test("logs -f of a workflow that has no actions yet waits for them", async () => {
  const mac = "52:54:00:bb:01:01";
  const yaml = workflowYaml("early", "two", "early", mac).replace("spec:\n", "spec:\n  disabled: true\n");
  await bench.run("apply", "-f", await bench.file("early.yaml", `${yaml}---\n${hardwareYaml("early", mac)}`));
  const following = bench.start("logs", "-f", "early");
  await bench.run("apply", "-f", await bench.file("early.yaml", workflowYaml("early", "two", "early", mac)));
  const worker = bench.worker(mac);
  const first = await worker.run();
  await worker.print(first, 1, "hello");
  await following.saw(/^==> first <==\nhello\n$/);
  following.interrupt();
  const { code, stderr } = await following.ended;
  assert.deepEqual([code, stderr], [130, ""]);
});

test("logs -f as a process ends with 130 on SIGINT, without a word", async () => {
  const worker = await workflow("interrupted");
  await worker.print(await worker.ask(), 1, "hello");
  const { code, stdout, stderr } = await interruptCliProcess(["--data-dir", bench.dir, "logs", "-f", "interrupted"]);
  assert.deepEqual([code, stdout, stderr], [130, "==> first <==\nhello\n", ""]);
});

test("logs of a workflow that is not there is exit code 3", async () => {
  const { code, stderr } = await bench.run("logs", "nobody");
  assert.deepEqual([code, stderr], [3, 'tink: workflows.tinkerbell.org "nobody" not found\n']);
});

test("what a deleted workflow printed is shown by its name, and explain says where it is", async () => {
  const worker = await workflow("gone");
  await worker.print(await worker.run(), 1, "one");
  await worker.run();
  await bench.run("watch", "workflow/gone", "--timeout", "60");
  assert.equal((await bench.run("delete", "workflow/gone")).code, 0);
  const watching = bench.start("watch", "hardware/gone");
  await watching.saw(/WorkflowOutputKept/);
  watching.interrupt();
  const logs = await bench.run("logs", "gone");
  assert.deepEqual([logs.code, logs.stdout], [0, "==> first <==\none\n"]);
  assert.match(logs.stderr, /^workflow gone was deleted; what its actions printed is kept for a week/);
  const ofWorkflow = (await bench.run("explain", "workflow/gone")).stdout;
  assert.match(ofWorkflow, /^Workflow gone is not there any more; it was deleted \d+ s ago\.\n/);
  assert.match(ofWorkflow, /^ {2}next: tink logs workflow\/gone shows/m);
  const ofMachine = (await bench.run("explain", "hw/gone")).stdout;
  assert.match(ofMachine, /^ {2}because \d+ s ago workflow gone was deleted; .* is kept until /m);
  assert.match(ofMachine, /^ {2}next: tink logs workflow\/gone shows/m);
});

test("a workflow that was made anew hides the output of the one before only until that is asked for", async () => {
  const worker = await workflow("again");
  await worker.print(await worker.run(), 1, "one");
  assert.deepEqual(await bench.run("logs", "-p", "again"), {
    ...{ code: 3, stdout: "" },
    stderr: 'tink: no output is kept of a workflow "again" that was deleted\n',
  });
  const watching = bench.start("watch", "hardware/again");
  assert.equal((await bench.run("delete", "workflow/again", "--force")).code, 0);
  await watching.saw(/WorkflowOutputKept/);
  watching.interrupt();
  await workflow("again");
  assert.equal((await bench.run("logs", "again")).stdout, "");
  assert.deepEqual(await bench.run("logs", "-p", "again"), { code: 0, stdout: "==> first <==\none\n", stderr: "" });
});
