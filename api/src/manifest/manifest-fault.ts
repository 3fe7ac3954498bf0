// One thing that is wrong with a manifest, and where.

export type ManifestFault = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `spec.interfaces[0].dhcp.mac`; empty when it is about the whole document. */
  readonly field: string;
  /** What was expected, or what is wrong. */
  readonly message: string;
};

/** `site.yaml:7:12: spec.interfaces[0].dhcp.mac: expected …`. */
export function formatFault({ file, line, column, field, message }: ManifestFault): string {
  return `${file}:${line}:${column}: ${field === "" ? "" : `${field}: `}${message}`;
}
