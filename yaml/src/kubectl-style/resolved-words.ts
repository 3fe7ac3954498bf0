// Words that go-yaml, whose YAML is of version 1.1, takes for something else than text where they stand without quotes.

const words =
  /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF|~|null|Null|NULL|\.nan|\.NaN|\.NAN|[-+]?(?:\.inf|\.Inf|\.INF))?$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** As Go's `strconv.ParseInt` reads them with base 0, and go-yaml with its own base 2. */
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const date =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

export function isOtherThanText(word: string): boolean {
  if (words.test(word) || isDate(word) || base60.test(word)) return true;
  if (!/^[-+.0-9]/.test(word)) return false;
  const bare = word.replaceAll("_", "");
  return integer.test(bare) || float.test(word.startsWith(".") ? word : bare);
}

/** One that is none, such as the 31st of June, is text. */
function isDate(word: string): boolean {
  const [, year, month, day, ...times] = (date.exec(word) ?? []).map((part) => (part === undefined ? 0 : Number(part)));
  if (year === undefined || month === undefined || day === undefined) return false;
  const [hour, minute, second] = times.slice(0, 3).some(Boolean) ? times : times.slice(3);
  const isDay = new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCMonth() === month - 1 && day > 0;
  return isDay && month > 0 && (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}
