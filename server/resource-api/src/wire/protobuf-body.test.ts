import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { ApiFault } from "./api-fault.ts";
import { readProtobuf } from "./protobuf-body.ts";

/** What Debian's kubectl 1.20 sends for `create secret generic bmc --from-literal=user=ann --from-literal=password=…`. */
const sent = Buffer.from(
  "6b3873000a0c0a0276311206536563726574123d0a130a03626d6312001a0022002a0032003800420012170a0870617373776f7264120b63616e617279" +
    "2d34373131120b0a04757365721203616e6e1a001a002200",
  "hex",
);

test("reads a secret as kubectl sends it", () => {
  assert.deepEqual(readProtobuf(sent, kinds.Secret), {
    metadata: { name: "bmc", generateName: "", namespace: "", uid: "", resourceVersion: "" },
    data: { password: "Y2FuYXJ5LTQ3MTE=", user: "YW5u" },
    type: "",
  });
});

test("of what is cut off or no envelope only a fault comes out", () => {
  const bodies = [Buffer.from("not protobuf"), ...Array.from(sent.keys(), (end) => sent.subarray(0, end))];
  for (const body of bodies)
    try {
      readProtobuf(body, kinds.Secret);
    } catch (error) {
      assert.ok(error instanceof ApiFault && error.reason === "BadRequest", String(error));
    }
});
