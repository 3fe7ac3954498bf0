// What strangers do to a listener with TLS before they have said anything that can be answered.
import assert from "node:assert/strict";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, test } from "node:test";
import { type CertifiedKey, issueAuthority, issueServerCertificate } from "../tls/issue-certificate.ts";
import { HttpListener } from "./http-listener.ts";

const most = 20;
const validity = { fromMs: Date.now() - 60_000, untilMs: Date.now() + 3_600_000 };
let ca: CertifiedKey;
let listener: HttpListener;
let renew: (identity: CertifiedKey) => void;
let crowded: number;
let open: Socket[];

const leaf = (): CertifiedKey => {
  const signer = { certificate: new X509Certificate(ca.certificate), privateKey: createPrivateKey(ca.privateKey) };
  return issueServerCertificate(["127.0.0.1"], validity, signer, { randomBytes });
};

beforeEach(async () => {
  crowded = 0;
  open = [];
  ca = issueAuthority("Tests", validity, { randomBytes });
  const first = leaf();
  listener = new HttpListener({
    ...{ host: "127.0.0.1", port: 0, purpose: "a test", requestTimeoutMs: 60_000, bodyLimitBytes: 1024 },
    connections: {
      limits: { most, mostPerAddress: most },
      isShared: () => true,
      onCrowded: () => {
        crowded += 1;
      },
    },
    tls: {
      current: () => first,
      onChange: (listen) => {
        renew = listen;
        return () => undefined;
      },
    },
    register: async (app) => void app.get("/", async () => "hello"),
  });
  await listener.start(AbortSignal.timeout(10_000));
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  await listener.stop(AbortSignal.timeout(5000));
});

function dial(): Socket {
  const socket = connect(Number(new URL(listener.url ?? "").port), "127.0.0.1");
  socket.on("error", () => undefined);
  open.push(socket);
  return socket;
}

/** @returns What was answered, and the serial number of the certificate that was shown. */
async function ask(): Promise<readonly [answer: string, serial: string]> {
  const asked = request(listener.url ?? "", { ca: ca.certificate, agent: false }).end();
  const [answer] = await once(asked, "response");
  const { serialNumber } = answer.socket.getPeerX509Certificate();
  return [await text(answer), serialNumber];
}

test("plain HTTP is answered with what is wrong, as Go's server does", async () => {
  const socket = dial();
  socket.write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.match(
    await text(socket),
    /^HTTP\/1\.0 400 Bad Request\r\n[\s\S]*\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n$/,
  );
});

for (const [what, bytes] of [
  ["rubbish", randomBytes(3000)],
  ["half a record of TLS, and no more", Buffer.from([0x16, 3, 1, 2, 0, 1])],
  ["nothing", Buffer.alloc(0)],
] as const)
  test(`who sends ${what} keeps nobody out`, async () => {
    const socket = dial().resume();
    const closed = once(socket, "close");
    socket.end(bytes);
    assert.equal((await ask())[0], "hello");
    await closed;
  });

test("of a thousand handshakes that nobody ends the oldest make room", async () => {
  for (let count = 0; count < 1000; count += 1) dial().write(Buffer.from([0x16, 3, 1]));
  await Promise.all(open.slice(0, 900).map(async (socket) => socket.closed || (await once(socket.resume(), "close"))));
  assert.ok(crowded >= 900);
  assert.equal((await ask())[0], "hello");
});

test("a certificate that is renewed is shown to whoever comes next", async () => {
  const [, before] = await ask();
  renew(leaf());
  assert.notEqual((await ask())[1], before);
});
