// What one render may use: steps, string sizes, output. Nothing a template says can run or grow for ever.
import { TemplateError } from "./template-error.ts";

/** The size Tinkerbell allows a rendered template. */
export const MAX_OUTPUT_BYTES = 256 * 1024;
/** No single string inside a render may be longer: twice what could be printed. */
export const MAX_STRING_BYTES = 2 * MAX_OUTPUT_BYTES;
export const MAX_LIST_ITEMS = 100_000;
export const MAX_SOURCE_BYTES = 512 * 1024;
const MAX_STEPS = 1_000_000;
const BYTES_PER_STEP = 32;
/** Reading and writing YAML costs far more than copying. */
const YAML_BYTES_PER_STEP = 2;

export class Budget {
  #steps = MAX_STEPS;

  /** Takes `steps` from what is left. @throws {TemplateError} `limit` when nothing is left. */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TemplateError("limit", `template needs more than ${MAX_STEPS} steps to render`);
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
