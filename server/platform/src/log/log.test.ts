import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { promisify } from "node:util";

test("a resource in a log line shows no value of its sensitive fields", { timeout: 60_000 }, async () => {
  const object = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { password: "canary-4711" } };
  const program = `
    import { openLog } from ${JSON.stringify(new URL("log.ts", import.meta.url).href)};
    openLog("info").log.info({ event: "seen", object: ${JSON.stringify(object)} }, "text");`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "--eval", program];
  const { stderr } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
  assert.deepEqual(JSON.parse(stderr).object.data, { password: "[redacted]" });
});

const log = new URL("log.ts", import.meta.url).href;
const node = ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "--eval"];

test("a reader that stands still stops nobody: the process goes on, and ends", { timeout: 60_000 }, async () => {
  const program = `
    import { openLog } from ${JSON.stringify(log)};
    const { log } = openLog("info");
    for (let turn = 0; turn < 100; turn += 1) {
      for (let line = 0; line < 1000; line += 1) log.info({ event: "flood", line }, "more than any pipe holds");
      await new Promise(setImmediate);
    }
    console.log("done");`;
  const child = spawn(process.execPath, [...node, program], { stdio: ["ignore", "pipe", "pipe"], timeout: 50_000 });
  const ended = once(child, "exit"); // its standard error is not read before
  assert.equal(await text(child.stdout), "done\n");
  assert.deepEqual(await ended, [0, null]);
});

test("what a reader that stood still has missed is counted, to the line", { timeout: 60_000 }, async () => {
  const program = `
    import { openLog } from ${JSON.stringify(log)};
    const { log } = openLog("info");
    for (let turn = 0; turn < 100; turn += 1) {
      for (let line = 0; line < 1000; line += 1) log.info({ event: "flood", line }, "more than any pipe holds");
      await new Promise(setImmediate);
    }
    console.log("done");
    process.stdin.resume();`;
  const child = spawn(process.execPath, [...node, program], { stdio: "pipe", timeout: 50_000 });
  await once(child.stdout, "data"); // its standard error is not read before
  let [read, dropped] = [0, 0];
  for await (const line of createInterface(child.stderr)) {
    const { event, count } = JSON.parse(line);
    if (event === "flood") read += 1;
    else dropped += count;
    if (read + dropped === 100_000) child.stdin.end();
  }
  assert.equal(read + dropped, 100_000);
  assert.ok(dropped > 0);
});

test("levels are words, and the last lines before an exit are written", { timeout: 60_000 }, async () => {
  const program = `
    import { openLog } from ${JSON.stringify(log)};
    const { log, flush } = openLog("info");
    process.once("exit", flush);
    log.warn({ event: "last" });
    process.exit(3);`;
  const child = spawn(process.execPath, [...node, program], { stdio: ["ignore", "ignore", "pipe"], timeout: 50_000 });
  const { level, event } = JSON.parse(await text(child.stderr));
  assert.deepEqual([level, event], ["warn", "last"]);
});

test("a line of the log makes no terminal do anything, and says the same", { timeout: 60_000 }, async () => {
  const hostile = "h\nboot\u001b[2J\u009b2J\u202e\u2028\u007f";
  const program = `
    import { openLog } from ${JSON.stringify(log)};
    openLog("info").log.info({ event: "seen" }, ${JSON.stringify(hostile)});`;
  const child = spawn(process.execPath, [...node, program], { stdio: ["ignore", "ignore", "pipe"], timeout: 50_000 });
  const line = await text(child.stderr);
  assert.match(line, /^[ -~]+\n$/);
  assert.equal(JSON.parse(line).msg, hostile);
});

test("a note is the line that its members would be otherwise, of the same level, without sensitive values", {
  timeout: 60_000,
}, async () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { password: "canary-4711" } };
  const members = JSON.stringify({ event: "machine", message: "h\u202e\n", data: { xid: 7 }, absent: null, secret });
  const program = `
    import { openLog } from ${JSON.stringify(log)};
    const { log, note } = openLog("info");
    log.info(${members});
    note(${members});
    openLog("warn").note(${members});`;
  const child = spawn(process.execPath, [...node, program], { stdio: ["ignore", "ignore", "pipe"], timeout: 50_000 });
  const lines = (await text(child.stderr)).trimEnd().split("\n");
  const [logged, noted] = lines.map((line) => line.replace(/"time":"[^"]+"/, ""));
  assert.deepEqual([lines.length, noted], [2, logged]);
  assert.match(noted ?? "", /\[redacted\]/);
});
