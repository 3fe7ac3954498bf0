// The answer to who asks for a WebSocket where an answer goes on as things happen: none is served, and the client must hear of it at once.
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import { warn } from "../wire/warning.ts";
import { sendJson } from "./send-json.ts";

/** Other protocols (`h2c`, which Java's own client offers with every request) are passed over, as HTTP allows (RFC 9110 §7.8). */
export function asksForWebSocket({ upgrade = "" }: IncomingHttpHeaders): boolean {
  return upgrade.split(",").some((protocol) => protocol.trim().toLowerCase() === "websocket");
}

/**
 * A watch that tells nothing and is over. Kubernetes has every watch as a WebSocket too, and fabric8's Java client asks for that first: of
 * what is no 101 it reads the whole body, so one that goes on would hold it for ever. After a 200 it asks once more without; after a 503
 * it tries again for 20 seconds before; after any other refusal not at all.
 */
export function answerWithoutWebSocket(reply: FastifyReply): void {
  warn(reply, ["no WebSocket is served here: ask again without Upgrade"]);
  sendJson(reply, 200, "");
}
