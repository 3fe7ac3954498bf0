// The steps of a field's name as the server writes it, for finding its place in a file.

/** `metadata.labels[a.b/c]`, `metadata.finalizers[0]`. */
export function stepsOf(field: string): PropertyKey[] {
  return field
    .matchAll(/\[([^\]]*)\]|[^.[\]]+/g)
    .map(([whole, key]) => (key === undefined ? whole : /^\d+$/.test(key) ? Number(key) : key))
    .toArray();
}
