import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsOf } from "./command-line.ts";

test("without an interpreter, semicolons part commands and blanks part words; nothing else has a meaning", () => {
  assert.deepEqual(commandsOf("growpart /dev/sda 1;  resize2fs   /dev/sda1 ; echo 'a b' | cat;", undefined), [
    ["growpart", "/dev/sda", "1"],
    ["resize2fs", "/dev/sda1"],
    ["echo", "'a", "b'", "|", "cat"],
  ]);
});

test("an interpreter gets the whole line as its last argument", () => {
  const line = "useradd -p $(openssl passwd -1 x) y; true";
  assert.deepEqual(commandsOf(line, "/bin/bash -e -c"), [["/bin/bash", "-e", "-c", line]]);
});

test("a line of nothing runs nothing", () => {
  assert.deepEqual(commandsOf(" ; ;", undefined), []);
});
