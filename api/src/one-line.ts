// Texts of machines, workers and people as one line that can be seen: what goes into an event, a DHCP option or a line of metadata.

/**
 * Control characters, line ends, and what turns the direction of writing become spaces, so that a name can neither add a line nor make a
 * terminal do anything.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
