// A program for tests to run inside a namespace: asks by the first of two cables for the lab's address, and prints who answered.
import { loadNativeSockets } from "../network/native-sockets.ts";
import { openLabNetwork } from "../network/network.ts";
import { runShortProgram } from "../short-program.ts";

const questions = 10;
const answerWithinMs = 5_000;
const asker = "020000000001";

/** A question for 10.77.0.1 by 10.77.0.99 (RFC 826). */
const question = Buffer.from(
  `ffffffffffff${asker}08060001080006040001${asker}0a4d0063${"00".repeat(6)}0a4d0001`.padEnd(120, "0"),
  "hex",
);

const { signal } = new AbortController();
const network = await openLabNetwork({ cables: "packet-socket" }, { run: runShortProgram }, signal);
for (let count = 0; count < 2; count++) await network.addCable(signal);
const sockets = loadNativeSockets();
const fd = sockets.openPacketSocket("end0");
const answerers: string[] = [];
const buffer = Buffer.alloc(2_048);
for (let asked = 0; asked < questions; asked++) {
  sockets.send(fd, question);
  sockets.poll([{ fd, write: false }], answerWithinMs);
  for (let length = sockets.receive(fd, buffer); length !== undefined; length = sockets.receive(fd, buffer)) {
    const frame = buffer.subarray(0, length).toString("hex");
    if (frame.startsWith(`${asker}`) && frame.startsWith("08060001080006040002", 24))
      answerers.push(frame.slice(12, 24));
  }
}
const [{ address: bridge }] = JSON.parse(await runShortProgram(["ip", "-j", "link", "show", "br0"]));
const names = answerers.map((mac) => (mac === bridge.replaceAll(":", "") ? "br0" : mac));
process.stdout.write(JSON.stringify({ answers: names.length, by: [...new Set(names)] }));
