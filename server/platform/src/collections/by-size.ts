// Collections by how many each holds, so that the largest is found at the same cost however many there are.

type Sized = { readonly size: number };

export class BySize<Member extends Sized> {
  readonly #bySize = new Map<number, Set<Member>>();
  #most = 0;

  /** One that holds the most, if it holds anything. */
  get largest(): Member | undefined {
    const [first] = this.#bySize.get(this.#most) ?? [];
    return first;
  }

  /** To be told after each change by one. @param change 1 when it holds one more now, -1 when it holds one less. */
  changed(member: Member, change: 1 | -1): void {
    const { size } = member;
    const before = this.#bySize.get(size - change);
    before?.delete(member);
    if (before?.size === 0) this.#bySize.delete(size - change);
    if (size > 0) this.#bySize.getOrInsertComputed(size, () => new Set()).add(member);
    if (size > this.#most || !this.#bySize.has(this.#most)) this.#most = size;
  }
}
