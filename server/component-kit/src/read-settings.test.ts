// Settings of several sources: which one wins, and how each wrong value is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type Given, readSettings } from "./read-settings.ts";
import { settingsOf, variableOf } from "./setting.ts";

const port = z.int({ error: "expected a port" }).default(67);
const all = settingsOf(
  {
    dhcp: {
      port: {
        form: "number",
        schema: port,
        effect: "where DHCP is answered",
        flag: { form: "--dhcp-port <port>", group: "Folders:" },
      },
      enabled: { form: "truth", schema: z.boolean().default(true), effect: "answer DHCP" },
    },
    words: {
      form: "list",
      separator: " ",
      schema: z.array(z.string().regex(/^\S+$/, { error: "expected one word" })).default([]),
      effect: "words",
    },
  },
  "boots",
);

const flags = (value: unknown): Given => new Map([["boots.dhcp.port", { from: "flag", value, name: "--dhcp-port" }]]);
const variables = (path: string, value: string): Given =>
  new Map([[path, { from: "environment", value, name: variableOf(path) }]]);
const file = (path: string, value: unknown): Given =>
  new Map([[path, { from: "file", value, name: path, placeOf: (item) => `c.yaml:${3 + (item ?? 0)}:5` }]]);

test("nothing given is the defaults", () => {
  const { settings, problems } = readSettings(all, []);
  assert.deepEqual([settings.get("boots.dhcp.port"), settings.get("boots.dhcp.enabled")], [67, true]);
  assert.deepEqual(problems, []);
  assert.equal(settings.isGiven("boots.dhcp.port"), false);
});

test("the last source wins, and its text becomes what the setting is", () => {
  const sources = [file("boots.dhcp.port", 1067), variables("boots.dhcp.port", "2067"), flags("3067")];
  assert.equal(readSettings(all, sources.slice(0, 1)).settings.get("boots.dhcp.port"), 1067);
  assert.equal(readSettings(all, sources.slice(0, 2)).settings.get("boots.dhcp.port"), 2067);
  assert.equal(readSettings(all, sources).settings.get("boots.dhcp.port"), 3067);
});

test("a variable holds a whole list, and a word for a truth", () => {
  const given = [variables("boots.words", "quiet console=ttyS0,115200"), variables("boots.dhcp.enabled", "false")];
  const { settings } = readSettings(all, given);
  assert.deepEqual(settings.get("boots.words"), ["quiet", "console=ttyS0,115200"]);
  assert.equal(settings.get("boots.dhcp.enabled"), false);
});

test("a truth is any word for it that Go's programs take", () => {
  const read = (value: string) =>
    readSettings(all, [variables("boots.dhcp.enabled", value)]).settings.get("boots.dhcp.enabled");
  assert.deepEqual(["1", "t", "T", "true", "TRUE", "True"].map(read), [true, true, true, true, true, true]);
  assert.deepEqual(["0", "f", "F", "false", "FALSE", "False"].map(read), [false, false, false, false, false, false]);
});

test("every wrong value is told at once, by the name and the place it has where it was given", () => {
  const given = [
    file("boots.words", ["one", "two three"]),
    variables("boots.dhcp.enabled", "perhaps"),
    flags("sixty-seven"),
  ];
  assert.deepEqual(readSettings(all, given).problems, [
    "--dhcp-port sixty-seven: expected a port",
    "TINK_BOOTS_DHCP_ENABLED perhaps: expected true or false",
    "c.yaml:4:5: boots.words two three: expected one word",
  ]);
});

test("a file's values must be what they are to be: text is no number, and one word no list", () => {
  const given = [file("boots.dhcp.port", "67"), file("boots.words", "quiet")];
  assert.deepEqual(readSettings(all, given).problems, [
    "c.yaml:3:5: boots.dhcp.port 67: expected a number: write it without quotes",
    "c.yaml:3:5: boots.words quiet: expected a list",
  ]);
});

test("a setting is spoken of as it was given, else as its neighbour was", () => {
  const { settings } = readSettings(all, [flags("67")]);
  assert.equal(settings.nameOf("boots.dhcp.port"), "--dhcp-port");
  const other = readSettings(all, [file("boots.dhcp.enabled", false)]).settings;
  assert.equal(other.nameOf("boots.dhcp.port", "boots.dhcp.enabled"), "boots.dhcp.port");
  assert.equal(other.placeOf("boots.dhcp.enabled"), "c.yaml:3:5: ");
});
