import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { ApiFault } from "./api-fault.ts";
import { readProtobuf, readProtobufOptions } from "./protobuf-body.ts";

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

/** What client-go 0.37 sends for DeleteOptions with everything in it: no grace, a uid, a version, Foreground, a dry run. */
const options = Buffer.from(
  "6b3873000a130a027631120d44656c6574654f7074696f6e7312200800120b0a056162632d3112023432220a466f726567726f756e642a03416c6c1a002200",
  "hex",
);

test("reads options of a deletion as Go's typed clients send them", () => {
  assert.deepEqual(readProtobufOptions(options), {
    preconditions: { uid: "abc-1", resourceVersion: "42" },
    propagationPolicy: "Foreground",
    dryRun: ["All"],
  });
});

test("of what is cut off or no envelope only a fault comes out", () => {
  const cut = (body: Buffer) => Array.from(body.keys(), (end) => body.subarray(0, end));
  const reads = [Buffer.from("not protobuf"), ...cut(sent), ...cut(options)].flatMap((body) => [
    () => readProtobuf(body, kinds.Secret),
    () => readProtobufOptions(body),
  ]);
  for (const read of reads)
    try {
      read();
    } catch (error) {
      assert.ok(error instanceof ApiFault && error.reason === "BadRequest", String(error));
    }
});

/** A message of so many times the same field, in the envelope. */
function repeated(field: string, times: number): Buffer {
  const message = Buffer.from(field.repeat(times), "hex");
  const length = [(message.length & 127) | 128, ((message.length >> 7) & 127) | 128, message.length >> 14];
  return Buffer.concat([Buffer.from("6b38730012", "hex"), Buffer.from(length), message]);
}

test("what is repeated costs the same for each element, and too many fields are refused before they are gathered", () => {
  const emptyTexts = repeated("2a00", 30_000);
  const entries = Array.from(
    { length: 10_000 },
    (_, at) => `12060a04${Buffer.from(String(at).padStart(4, "0")).toString("hex")}`,
  );
  const before = process.cpuUsage();
  assert.deepEqual(readProtobufOptions(emptyTexts), { dryRun: new Array(30_000).fill("") });
  const { data } = readProtobuf(repeated(entries.join(""), 1), kinds.Secret);
  assert.equal(Object.keys(data as object).length, 10_000);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
  const tooMany = { reason: "RequestEntityTooLarge", message: "Too many: a body must have at most 40000 fields in it" };
  assert.throws(() => readProtobufOptions(repeated("2a00", 100_000)), tooMany);
  assert.throws(() => readProtobuf(repeated("0a00", 100_000), kinds.Secret), tooMany);
});
