// Netascii, the mode that TFTP's oldest clients ask for unless told otherwise (RFC 1350 §1, RFC 764 "The NVT printer and keyboard").

const [nul, lf, cr] = [0x00, 0x0a, 0x0d];

/** A line's end becomes CR LF, and a CR CR NUL, whatever the bytes mean: who turns them back has the same file again. */
export function encodeNetascii(bytes: Uint8Array): Uint8Array {
  let more = 0;
  for (const byte of bytes) if (byte === lf || byte === cr) more += 1;
  const encoded = new Uint8Array(bytes.length + more);
  let at = 0;
  for (const byte of bytes) {
    if (byte === lf) encoded[at++] = cr;
    encoded[at++] = byte;
    if (byte === cr) encoded[at++] = nul;
  }
  return encoded;
}
