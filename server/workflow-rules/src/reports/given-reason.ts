// What an agent says of why an action failed. Tinkerbell's own says the same of every end.

const ofEveryEnd = "action completed";

/** Behind `failed`: what the agent said, or that it said nothing. */
export function givenReason(message: string | undefined): string {
  if (message && message !== ofEveryEnd) return `: ${message}`;
  return "; its agent gave no reason and sends no output: that is on the machine (Docker's or containerd's logs, syslog)";
}
