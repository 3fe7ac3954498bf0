// One thing that is wrong with a YAML text, and where.

export type YamlPlace = {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
};

export type YamlFault = YamlPlace & { readonly message: string };

/** Notes what is wrong at an offset of the text. */
export type Refuse = (offset: number, message: string) => void;
