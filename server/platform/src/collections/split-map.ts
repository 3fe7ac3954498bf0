// A map for very many texts that grows a part at a time. A `Map` is made anew, twice as large, whenever it is full: 10 ms of 131,072
// entries, and maps of the same machines are all full at the same one.

type Part<Value> = Map<string, Value> | Part<Value>[];

/** A part that has more is split. A millisecond's work at the most. */
const mostInPart = 2048;
/** Into so many, by the next bits of the hash. */
const waysBits = 5;
const ways = 1 << waysBits;
/** The hash has no more bits than that: what is alike in all of them stays together, and is as slow as a `Map`. */
const deepest = 6;

/** Values are never `undefined`. */
export class SplitMap<Value extends {}> {
  #whole: Part<Value> = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How much its fullest part has. For tests. */
  get largestPart(): number {
    return Math.max(...partsIn(this.#whole).map((part) => part.size));
  }

  get(key: string): Value | undefined {
    return this.#partOf(key).get(key);
  }

  has(key: string): boolean {
    return this.#partOf(key).has(key);
  }

  set(key: string, value: Value): void {
    const part = this.#partOf(key);
    const before = part.size;
    part.set(key, value);
    if (part.size > before) this.#grown(part, key);
  }

  /** @returns What is there then. */
  getOrInsert(key: string, value: Value): Value {
    const part = this.#partOf(key);
    const before = part.size;
    const found = part.getOrInsert(key, value);
    if (part.size > before) this.#grown(part, key);
    return found;
  }

  /** @returns Whether it was there. What is split stays so. */
  delete(key: string): boolean {
    const wasThere = this.#partOf(key).delete(key);
    if (wasThere) this.#size -= 1;
    return wasThere;
  }

  clear(): void {
    this.#whole = new Map();
    this.#size = 0;
  }

  /** In no order. What is deleted meanwhile does not disturb; nothing may be added. */
  *values(): Iterable<Value> {
    for (const part of partsIn(this.#whole)) yield* part.values();
  }

  #partOf(key: string): Map<string, Value> {
    let part = this.#whole;
    if (part instanceof Map) return part;
    for (let hash = hashOf(key); ; hash >>>= waysBits) {
      part = part[wayOf(hash, 0)] as Part<Value>; // there are as many as ways
      if (part instanceof Map) return part;
    }
  }

  #grown(part: ReadonlyMap<string, Value>, key: string): void {
    this.#size += 1;
    if (part.size > mostInPart) this.#split(key);
  }

  /** The part of the key. */
  #split(key: string): void {
    let part = this.#whole;
    if (part instanceof Map) {
      this.#whole = partsOf(part, 0);
      return;
    }
    const hash = hashOf(key);
    for (let depth = 1; depth < deepest; depth++) {
      const way = wayOf(hash, depth - 1);
      const below = part[way] as Part<Value>; // there are as many as ways
      if (below instanceof Map) {
        part[way] = partsOf(below, depth);
        return;
      }
      part = below;
    }
  }
}

function partsOf<Value>(part: ReadonlyMap<string, Value>, depth: number): Part<Value>[] {
  const parts = Array.from({ length: ways }, () => new Map<string, Value>());
  for (const [key, value] of part) parts[wayOf(hashOf(key), depth)]?.set(key, value);
  return parts;
}

function wayOf(hash: number, depth: number): number {
  return (hash >>> (depth * waysBits)) & (ways - 1);
}

function partsIn<Value>(part: Part<Value>): Map<string, Value>[] {
  return part instanceof Map ? [part] : part.flatMap(partsIn);
}

/** FNV-1a, of UTF-16 units; then mixed, since its low bits hang on the low bits of the text alone. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
