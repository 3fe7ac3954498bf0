// What one render may use: steps, string sizes, output. Nothing a template says can run or grow for ever.
import { TemplateError } from "./template-error.ts";

/** The size Tinkerbell allows a rendered template. */
const MAX_OUTPUT_BYTES = 256 * 1024;
/** No single string inside a render may be longer: twice what could be printed. */
export const MAX_STRING_BYTES = 2 * MAX_OUTPUT_BYTES;
const MAX_LIST_ITEMS = 100_000;
export const MAX_SOURCE_BYTES = 512 * 1024;
const MAX_STEPS = 1_000_000;
const BYTES_PER_STEP = 32;
/** Reading and writing YAML costs far more than copying. */
const YAML_BYTES_PER_STEP = 2;

/** For who has less time than a workflow's own rendering. */
export type RenderLimits = { readonly steps: number; readonly outputBytes: number };

export class Budget {
  readonly #limits: RenderLimits;
  #steps: number;
  #outputBytes = 0;

  constructor(limits: RenderLimits = { steps: MAX_STEPS, outputBytes: MAX_OUTPUT_BYTES }) {
    this.#limits = limits;
    this.#steps = limits.steps;
  }

  /** Takes `steps` from what is left. @throws {TemplateError} `limit` when nothing is left. */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps >= 0) return;
    throw new TemplateError("limit", `template needs more than ${this.#limits.steps} steps to render`);
  }

  /** Accounts for what is printed. */
  spendOutput(sizeBytes: number): void {
    this.#outputBytes += sizeBytes;
    const { outputBytes } = this.#limits;
    if (this.#outputBytes > outputBytes)
      throw new TemplateError("limit", `rendered template exceeds ${outputBytes} bytes`);
  }

  /** Accounts for a string that was read or made. */
  spendBytes(sizeBytes: number): void {
    if (sizeBytes > MAX_STRING_BYTES) throw new TemplateError("limit", `a string exceeds ${MAX_STRING_BYTES} bytes`);
    this.spend(Math.ceil(sizeBytes / BYTES_PER_STEP));
  }

  spendYaml(sizeBytes: number): void {
    this.spend(Math.ceil(sizeBytes / YAML_BYTES_PER_STEP));
  }

  /** Accounts for a list before it is made. */
  spendItems(count: number): void {
    if (count > MAX_LIST_ITEMS) throw new TemplateError("limit", `a list exceeds ${MAX_LIST_ITEMS} items`);
    this.spend(Math.ceil(count / 4));
  }
}
