/** GSM 03.38: what one character of a text message can be. Each of the second row counts twice. */
const ONE = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const TWO = new Set('^{}\\[~]|€');

/** What has a plain form that everybody reads. */
const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '…': '...',
    '–': '-',
    '—': '-',
    '‘': "'",
    '’': "'",
    '„': '"',
    '“': '"',
    '”': '"',
    '→': '->',
    '•': '-',
    '`': "'",
    '\t': ' ',
  }),
);

/** Stands for what cannot be said, until a run of it is one `?`. */
const UNSAYABLE = '\ufffd';

/**
 * A text in the letters of GSM 7 bit. One letter from outside would turn the whole message to 70 characters a segment.
 * Accents that it lacks are dropped (`ș` becomes `s`); a run of what it cannot say at all becomes one `?`.
 */
export function toGsm7(text: string): string {
  const plain = Array.from(text.toWellFormed(), (char) => {
    if (ONE.has(char) || TWO.has(char)) return char;
    const known = PLAIN.get(char);
    if (known !== undefined) return known;
    const bare = char.normalize('NFKD').replace(/\p{M}/gu, '');
    return bare !== '' && Array.from(bare).every((one) => ONE.has(one)) ? bare : UNSAYABLE;
  });
  return plain.join('').replace(/\ufffd+/g, '?');
}

/** How much of a segment a text in GSM 7 bit takes: 160 in one message, 153 in each of several. */
export function septets(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (TWO.has(char) ? 2 : 1), 0);
}

/** The beginning of a text that takes at most so many septets, with `...` where something is left out. */
export function cutGsm7(text: string, most: number): string {
  if (septets(text) <= most) return text;
  let used = 3;
  let kept = '';
  for (const char of text) {
    used += TWO.has(char) ? 2 : 1;
    if (used > most) break;
    kept += char;
  }
  return `${kept.trimEnd()}...`;
}
