import assert from "node:assert/strict";
import { test } from "node:test";
import { type Environment, EnvironmentReader } from "./environment.ts";

const reader = (environment: Environment): EnvironmentReader => new EnvironmentReader(environment);

test("every wrong variable is named, with what was given and what is expected", () => {
  const settings = reader({ SIZE: "many", ON: "maybe", MODE: "0888" });
  settings.required("IMG_URL", "an http or https address");
  settings.integer("SIZE", { min: 1, max: 10 });
  settings.boolean("ON", false);
  settings.fileMode("MODE");
  assert.throws(() => settings.check(), {
    name: "ActionError",
    code: "environment",
    message:
      "The action's environment is wrong. IMG_URL: it is not set; expected an http or https address. " +
      'SIZE: it is "many"; expected a whole number from 1 to 10. ON: it is "maybe"; expected true or false. ' +
      'MODE: it is "0888"; expected permission bits in octal, such as "0644". Correct it in the template.',
  });
});

test("an empty variable is one that is not set", () => {
  assert.equal(reader({ A: "" }).optional("A"), undefined);
  assert.equal(reader({ A: "" }).boolean("A", true), true);
});

for (const [text, mode] of [
  ["0600", 0o600],
  ["755", 0o755],
  ["0o1777", 0o1777],
  ["0", 0],
] as const)
  test(`the mode ${text} is read as octal`, () => {
    const settings = reader({ MODE: text });
    assert.equal(settings.fileMode("MODE"), mode);
    settings.check();
  });

test("the booleans of Go's strconv.ParseBool are understood", () => {
  assert.deepEqual(
    ["1", "t", "TRUE", "True", "0", "f", "FALSE", "False"].map((text) => reader({ A: text }).boolean("A", false)),
    [true, true, true, true, false, false, false, false],
  );
});
