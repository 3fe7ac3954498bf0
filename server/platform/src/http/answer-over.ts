// The end of an answer, whoever begins to wait for it when.
import type { ServerResponse } from "node:http";

/**
 * Calls back once when the answer is over, sent or broken off: at once when it already is. 'close' comes but once, and a caller may hang up
 * while what it asked for is still being found.
 */
export function onAnswerOver(response: ServerResponse, callback: () => void): void {
  if (response.destroyed) callback();
  else response.once("close", callback);
}
