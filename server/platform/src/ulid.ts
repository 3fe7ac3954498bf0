// ULIDs: ids that sort by the time they were made. Clock and randomness come in from outside.

/** What an id is made of. `randomBytes(n)` yields n bytes nobody can guess. */
export type IdSource = { nowMs(): number; randomBytes(count: number): Uint8Array };

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeLength = 10;
const randomLength = 16;

/** 26 characters of Crockford's base 32: 48 bits of milliseconds, then 80 random bits. */
export function makeUlid({ nowMs, randomBytes }: IdSource): string {
  // One byte a character wastes three bits of each and needs no carrying.
  const random = Array.from(randomBytes(randomLength), (byte) => alphabet.charAt(byte % 32));
  return ulidTime(nowMs()) + random.join("");
}

/** An id's first ten characters. */
export function ulidTime(ms: number): string {
  let time = "";
  for (let rest = Math.max(0, Math.floor(ms)); time.length < timeLength; rest = Math.floor(rest / 32))
    time = alphabet.charAt(rest % 32) + time;
  return time;
}
