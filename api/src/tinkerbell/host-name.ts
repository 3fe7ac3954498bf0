// Names of hosts, as a Hardware gives them.
import { oneLine } from "../one-line.ts";

/** RFC 1035 §2.3.4. */
export const mostLabelBytes = 63;

/**
 * RFC 1123 §2.1, and `_`, which names of Windows' networks have. Control characters and outer blanks are left out when it is told.
 * @returns What to do about one that is none; undefined for one that may stand.
 */
export function whyNoHostName(text: string): string | undefined {
  const name = oneLine(text);
  const odd = /[^a-z0-9._-]/i.exec(name)?.[0];
  if (odd !== undefined) return `take away ${JSON.stringify(odd)}`;
  // A dot at its end is that of DNS' root.
  const parts = name.replace(/\.$/, "").split(".");
  if (parts.some((part) => part === "")) return name === "" ? undefined : "it has a part with nothing in it";
  const part = parts.find((each) => /^-|-$/.test(each));
  if (part !== undefined) return `no part of it begins or ends with "-"`;
  return parts.some((each) => each.length > mostLabelBytes)
    ? `no part of it is longer than ${mostLabelBytes} letters`
    : undefined;
}
