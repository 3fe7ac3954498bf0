// Go's Sprintf: reads the format, takes the operands, reports what does not fit inside the result.
import { decodeRune } from "../values/bytes.ts";
import { GoInt, type GoValue, typeOf } from "../values/values.ts";
import { type Flags, noFlags } from "./flags.ts";
import { printDefault, printOperand, type Spend } from "./print-value.ts";

const MAX_NUMBER = 1_000_000;

export function sprintf(format: string, operands: readonly GoValue[], spend: Spend): string {
  return new Formatter(format, operands, spend).run();
}

class Formatter {
  readonly #format: string;
  readonly #operands: readonly GoValue[];
  readonly #spend: Spend;
  #at = 0;
  #operand = 0;
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;
  #out: string[] = [];

  constructor(format: string, operands: readonly GoValue[], spend: Spend) {
    this.#format = format;
    this.#operands = operands;
    this.#spend = spend;
  }

  run(): string {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf("%", this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      this.#out.push(this.#format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent >= 0) this.#directive();
    }
    if (!this.#reordered && this.#operand < this.#operands.length) this.#extra();
    return this.#out.join("");
  }

  #directive(): void {
    const flags = this.#flags();
    this.#goodIndex = true;
    this.#afterIndex = false;
    this.#index();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#afterIndex) this.#index();
    if (this.#at >= this.#format.length) {
      this.#out.push("%!(NOVERB)");
      return;
    }
    const { sizeBytes } = decodeRune(this.#format, this.#at);
    const verb = this.#format.slice(this.#at, this.#at + sizeBytes);
    this.#at += sizeBytes;
    this.#verb(verb, flags);
  }

  #verb(verb: string, flags: Flags): void {
    const operand = this.#operands[this.#operand];
    if (verb === "%") this.#out.push("%");
    else if (!this.#goodIndex) this.#out.push(`%!${verb}(BADINDEX)`);
    else if (operand === undefined) this.#out.push(`%!${verb}(MISSING)`);
    else {
      if (verb === "v" || verb === "w") {
        flags.sharpV = flags.sharp;
        flags.plusV = flags.plus;
        flags.sharp = false;
        flags.plus = false;
      }
      this.#spend((flags.width ?? 0) + (flags.precision ?? 0));
      this.#out.push(printOperand(operand, { verb, flags, spend: this.#spend }));
      this.#operand++;
    }
  }

  #flags(): Flags {
    const flags = noFlags();
    for (; ; this.#at++) {
      switch (this.#format[this.#at]) {
        case "#":
          flags.sharp = true;
          break;
        case "0":
          flags.zero = true;
          break;
        case "+":
          flags.plus = true;
          break;
        case "-":
          flags.minus = true;
          break;
        case " ":
          flags.space = true;
          break;
        default:
          return flags;
      }
    }
  }

  #width(flags: Flags): void {
    if (this.#format[this.#at] === "*") {
      this.#at++;
      const width = this.#number();
      if (width === undefined) this.#out.push("%!(BADWIDTH)");
      else flags.width = Math.abs(width);
      // A negative width asks for its size, to the left.
      if (width !== undefined && width < 0) flags.minus = true;
      this.#afterIndex = false;
      return;
    }
    flags.width = this.#digits();
    if (this.#afterIndex && flags.width !== undefined) this.#goodIndex = false;
  }

  #precision(flags: Flags): void {
    if (this.#format[this.#at] !== "." || this.#at + 1 > this.#format.length) return;
    this.#at++;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#index();
    if (this.#format[this.#at] !== "*") {
      flags.precision = this.#digits() ?? 0;
      return;
    }
    this.#at++;
    const precision = this.#number();
    if (precision !== undefined && precision >= 0) flags.precision = precision;
    else this.#out.push("%!(BADPREC)");
    this.#afterIndex = false;
  }

  /** The next operand as a width or precision. */
  #number(): number | undefined {
    const operand = this.#operands[this.#operand];
    if (operand !== undefined) this.#operand++;
    if (!(operand instanceof GoInt)) return undefined;
    const value = Number(operand.value);
    return Math.abs(value) <= MAX_NUMBER ? value : undefined;
  }

  #digits(): number | undefined {
    let value: number | undefined;
    for (let char = this.#format[this.#at]; char !== undefined && /[0-9]/.test(char); char = this.#format[++this.#at]) {
      // Go gives up on the whole format when a number goes on after it is too large already.
      if (value !== undefined && value > MAX_NUMBER) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + Number(char);
    }
    return value;
  }

  /** `[3]`: which operand comes next, counted from 1. */
  #index(): void {
    if (this.#format[this.#at] !== "[") return;
    this.#reordered = true;
    const close = this.#format.indexOf("]", this.#at);
    const inside = close < 0 ? "" : this.#format.slice(this.#at + 1, close);
    this.#at = close < 0 ? this.#at + 1 : close + 1;
    const index = /^[0-9]+$/.test(inside) ? Number(inside) : 0;
    if (index >= 1 && index <= this.#operands.length) {
      this.#operand = index - 1;
      this.#afterIndex = true;
    } else {
      this.#goodIndex = false;
      this.#afterIndex = close >= 0 && /^[0-9]+$/.test(inside);
    }
  }

  #extra(): void {
    const rest = this.#operands.slice(this.#operand).map((operand) => {
      const type = typeOf(operand);
      return type === undefined ? "<nil>" : `${type.name}=${printDefault(operand, this.#spend)}`;
    });
    this.#out.push(`%!(EXTRA ${rest.join(", ")})`);
  }
}
