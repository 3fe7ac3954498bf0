// What stands in for waitdaemon, in the forms of Cluster API's provider and of the playground's templates.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action } from "./action.ts";
import { anAction } from "./testing/an-action.ts";
import { inPlaceOfWaitdaemon } from "./waitdaemon.ts";
import { WorkerError } from "./worker-error.ts";

const socket = "/var/run/docker.sock:/var/run/docker.sock";
const waits = (more: Partial<Action>): Action =>
  anAction({ image: "ghcr.io/jacobweinstock/waitdaemon:latest", pid: "host", volumes: [socket], ...more });

test("kexec is run itself, with its own settings and without Docker's socket", () => {
  const image = "quay.io/tinkerbell/actions/kexec";
  const own = ["BLOCK_DEVICE=/dev/vda1", "FS_TYPE=ext4"];
  const action = waits({ environment: [...own, `IMAGE=${image}`, "WAIT_SECONDS=5"], volumes: ["/dev:/dev", socket] });
  assert.deepEqual(inPlaceOfWaitdaemon(action), { ...action, image, environment: own, volumes: ["/dev:/dev"] });
});

test("a restart is left to the worker, however it is written", () => {
  for (const more of [
    { command: ["reboot"], environment: ["IMAGE=alpine", "WAIT_SECONDS=10"] },
    { command: ["/bin/sh", "-c", "/sbin/reboot"], environment: ["IMAGE=bash:5.2@sha256:00"] },
    { command: [], environment: ["IMAGE=registry.example:5000/reboot:v1"] },
  ]) {
    const { image, command, environment, volumes } = inPlaceOfWaitdaemon(waits(more));
    assert.deepEqual(
      [image, command, environment, volumes],
      ["tinkerbell/actions/reboot:latest", [], [], ["/worker:/worker"]],
    );
  }
});

for (const [command, isRestart] of [
  [["reboot", "-f"], true],
  [["sh", "-c", "sleep 5; reboot"], true],
  [["sh", "-c", "reboot -f"], true],
  [["/bin/bash", "-ec", "sync && sleep 5 && exec /sbin/reboot -f &"], true],
  [["ash", "-c", "(sleep 5; reboot) &"], true],
  [["nsenter", "-t", "1", "-m", "reboot", "-f"], true],
  [["echo", "reboot"], false],
  [["sh", "-c", "echo reboot"], false],
  [["sh", "-c", "reboot; sleep 5"], false],
  [["sh", "-c", "echo 'now; reboot '"], false],
  [["sh", "/reboot"], false],
  [["sh", "-c"], false],
] as const)
  test(`${JSON.stringify(command)} is ${isRestart ? "a" : "no"} restart`, () => {
    const action = waits({ command, environment: ["IMAGE=alpine"] });
    const replaced = (): string => inPlaceOfWaitdaemon(action).image;
    const outcome = ((): string => {
      try {
        return replaced();
      } catch (error) {
        return error instanceof WorkerError ? error.code : "";
      }
    })();
    assert.equal(outcome, isRestart ? "tinkerbell/actions/reboot:latest" : "bad-action");
  });

test("anything else is refused with what can be done", () => {
  for (const [environment, named] of [
    [["IMAGE=alpine"], "start alpine here"],
    [["IMAGE="], "that IMAGE does not name"],
    [[], "that IMAGE does not name"],
  ] as const)
    assert.throws(
      () => inPlaceOfWaitdaemon(waits({ environment, command: ["sh", "-c", "echo b >/proc/sysrq-trigger"] })),
      (error: unknown) => error instanceof WorkerError && error.code === "bad-action" && error.message.includes(named),
    );
});

test("an image of another name is left alone, whatever it is told", () => {
  for (const image of ["waitdaemon.example/tool:1", "example/my-waitdaemon", "example/waitdaemon-next:1", ""]) {
    const action = waits({ image, environment: ["IMAGE=alpine"] });
    assert.equal(inPlaceOfWaitdaemon(action), action);
  }
});
