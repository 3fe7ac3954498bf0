import assert from "node:assert/strict";
import { test } from "node:test";
import { isRebootAction } from "./reboot-action.ts";

const of = (name: string, image: string, environment = {}) => isRebootAction({ name, image, environment });

test("an action restarts the machine by its name, its image, or its variable", () => {
  assert.equal(of("last", "quay.example/tinkerbell/actions/kexec:v1@sha256:00"), true);
  assert.equal(of("last", "localhost:5000/reboot"), true);
  assert.equal(of("kexec-boot", "busybox"), true);
  assert.equal(of("write then reboot", "busybox"), true);
  assert.equal(of("last", "busybox", { EXPECT_REBOOT: "true" }), true);
});

test("other actions do not", () => {
  assert.equal(of("stream image", "quay.example/reboot/image2disk:v1"), false);
  assert.equal(of("rebooted", "busybox:reboot"), false);
});
