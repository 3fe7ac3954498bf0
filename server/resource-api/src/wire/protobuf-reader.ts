// Reads one body in protobuf, whose fields are counted: a field may be two bytes, so a body may hold a million of them.
import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";
import { mostLeaves } from "@neverland/resources/rules/object-size.ts";
import { ApiFault } from "./api-fault.ts";

/** Of a map's values each is three fields: the entry, its key, its value. */
const mostFields = 4 * mostLeaves;

export class ProtobufReader extends BinaryReader {
  /** Shared by all messages of a body. */
  readonly #count: { fields: number };

  constructor(bytes: Uint8Array, count = { fields: 0 }) {
    super(bytes);
    this.#count = count;
  }

  /** @throws {ApiFault} `RequestEntityTooLarge`. */
  override tag(): [number, WireType] {
    this.#count.fields += 1;
    if (this.#count.fields > mostFields)
      throw new ApiFault("RequestEntityTooLarge", `Too many: a body must have at most ${mostFields} fields in it`);
    return super.tag();
  }

  /** The message inside of a field. */
  message(): ProtobufReader {
    return new ProtobufReader(this.bytes(), this.#count);
  }
}
