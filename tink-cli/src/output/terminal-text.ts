// What is shown at a terminal: machines and actions wrote much of it, and a terminal obeys what it is shown.

/** All that a terminal acts upon or that turns the direction of writing, but for tabs and line ends. */
const obeyed = /(?![\t\n]|\r\n)[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** With such characters as what they are: `\x1b`. For files and pipes they are left alone. */
export function terminalText(text: string): string {
  return text.replace(obeyed, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
