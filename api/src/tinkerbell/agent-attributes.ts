// What a worker found in its machine, as the annotation of its Hardware that Tink Server writes and rule sets read.
import { member } from "../json-value.ts";
import { oneLine } from "../one-line.ts";

export const attributesAnnotation = "tinkerbell.org/agent-attributes";

const longestSerial = 64;
/** What makers leave in place of a number. */
const placeholder =
  /^(0*|none|n\/?a|unknown|not (specified|available|applicable|present)|to be filled by o\.?e\.?m\.?|default string|system serial number|chassis serial number|(x|\.)+)$/i;

/** The serial number of the whole machine, else of its case, else of its board. @param text The annotation, whoever wrote it. */
export function serialOf(text: string): string | undefined {
  const found = parsed(text);
  const serials = [
    member(member(found, "product"), "serialNumber"),
    member(member(found, "chassis"), "serial"),
    member(member(found, "baseboard"), "serialNumber"),
  ];
  for (const serial of serials) {
    const shown = typeof serial === "string" ? oneLine(serial.slice(0, longestSerial)).trim() : "";
    if (!placeholder.test(shown)) return shown;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
