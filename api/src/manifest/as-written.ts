// What is left of an exported object when everything is taken away that the server keeps of it, and its author never wrote.

import { isObject } from "../json-value.ts";
import { serverMetadata } from "../resource.ts";

/**
 * With these, an apply of what `get -o yaml` printed would fail or lie: `resourceVersion` and `uid` make a conflict as soon as
 * the object has changed or was made anew, `managedFields` is refused, the rest is ignored. Whoever applies a file wants what
 * it says now, not what the server knew when it was printed. (kubectl sends them all, and fails so.)
 */
const dropped: ReadonlySet<string> = new Set(serverMetadata);

/** kubectl's copy of the file it applied last: it would be owned by us from then on, and be wrong after the next change. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Also without status, which only its own writer sets. Whatever is no object is handed back as it is. */
export function asWritten(resource: unknown): unknown {
  if (!isObject(resource)) return resource;
  const { status: _, ...written } = resource;
  return isObject(written.metadata) ? { ...written, metadata: metadataAsWritten(written.metadata) } : written;
}

function metadataAsWritten(metadata: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !dropped.has(name)));
  const { annotations } = kept;
  if (!isObject(annotations) || !(lastApplied in annotations)) return kept;
  const { [lastApplied]: _, ...others } = annotations;
  const { annotations: __, ...bare } = kept;
  return Object.keys(others).length === 0 ? bare : { ...bare, annotations: others };
}
