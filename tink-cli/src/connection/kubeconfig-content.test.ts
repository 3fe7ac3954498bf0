import assert from "node:assert/strict";
import { test } from "node:test";
import { readKubeconfigContent } from "./kubeconfig-content.ts";

const cluster = { server: "https://127.0.0.1:7480" };

const faults: readonly [content: unknown, told: RegExp][] = [
  ["text", /^the file: expected a map$/],
  [null, /^the file: expected a map$/],
  [[], /^the file: expected a map$/],
  [{ clusters: {} }, /^clusters: expected a list$/],
  [{ clusters: ["a"] }, /^clusters\[0\]: expected a map$/],
  [{ clusters: [{ name: "a" }] }, /^clusters\[0\]\.cluster: expected a map$/],
  [{ clusters: [{ cluster }] }, /^clusters\[0\]\.name: expected a text$/],
  [{ clusters: [{ name: "a", cluster: {} }] }, /^clusters\[0\]\.cluster\.server: expected a text$/],
  [{ clusters: [{ name: "a", cluster: { server: "here" } }] }, /^clusters\[0\]\.cluster\.server: expected a URL$/],
  [
    { clusters: [{ name: "a", cluster: { ...cluster, extensions: [{}] } }] },
    /^clusters\[0\]\.cluster\.extensions\[0\]\.name: expected a text$/,
  ],
  [
    { clusters: [{ name: "a", cluster: { ...cluster, "insecure-skip-tls-verify": "yes" } }] },
    /cluster\.insecure-skip-tls-verify: expected true or false$/,
  ],
  [{ users: [{ name: "a", user: { token: 12 } }] }, /^users\[0\]\.user\.token: expected a text$/],
  [{ contexts: [{ name: "a", context: { cluster: "a" } }] }, /^contexts\[0\]\.context\.user: expected a text$/],
  [{ "current-context": 1 }, /^current-context: expected a text$/],
];
for (const [content, told] of faults)
  test(`${JSON.stringify(content)} is no kubeconfig`, () => {
    assert.throws(() => readKubeconfigContent(content), { name: "TypeError", message: told });
  });

test("reads what kubectl config writes for an empty one: null in place of lists", () => {
  const empty = { clusters: null, contexts: null, "current-context": "", users: null };
  assert.deepEqual(readKubeconfigContent(empty), { clusters: [], users: [], contexts: [], currentContext: "" });
});
