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
  return day > 0 && day <= daysIn(month, year) && (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}

/** Of no month: none. */
function daysIn(month: number, year: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
