// What the process that reads files over TFTP is told, and what it says when it is done.

export type ReadOrder = {
  readonly server: string;
  /** Each is a machine of its own; when it has read the file, it reads it again. */
  readonly clients: number;
  readonly file: string;
  /** Of a paper file. */
  readonly sizeBytes: number;
  readonly blockBytes: number;
  /** Asked for; whoever does not grant it sends block by block. */
  readonly windowBlocks: number;
  readonly forMs: number;
};

export type ReadResult = {
  /** Of blocks in their order, each with the right bytes. */
  readonly megabytes: number;
  readonly seconds: number;
  /** Files that were read to their end. */
  readonly files: number;
  /** How often a client heard nothing for a second and asked again. */
  readonly silences: number;
  /** What was granted to the first of them. */
  readonly granted: { readonly blockBytes: number; readonly windowBlocks: number };
  /** How many datagrams were not what they should be, and the first of the reasons. */
  readonly wrong: { readonly count: number; readonly first: string };
  /** Of one core, while it read. */
  readonly ownCpuShare: number;
};
