// The one error of this package: a template that cannot be parsed or rendered, and where.

/** `syntax`: the text is no template. `execution`: it failed on its data. `limit`: it asked for more than a render may use. */
export type TemplateErrorCode = "syntax" | "execution" | "limit";

export interface TemplatePlace {
  /** The template (or `define`) the fault is in. */
  readonly templateName: string;
  /** Counted from 1. */
  readonly line: number;
  /** Bytes from the start of the line, counted from 0, as Go counts them. */
  readonly column: number;
}

/** `message` is word for word what Go's text/template says; `place` is set once the fault has reached a template. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly code: TemplateErrorCode;
  readonly place: TemplatePlace | undefined;

  constructor(code: TemplateErrorCode, message: string, place?: TemplatePlace) {
    super(message);
    this.code = code;
    this.place = place;
  }
}
