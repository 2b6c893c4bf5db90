/**
 * Text from strangers (names, paths, messages, log lines) as it is safe to read. Every function keeps the length in UTF-16 code units, so
 * marks that were counted in the original stay right.
 */

/** Stands for what has no picture of its own: direction controls, invisible characters, halves of a surrogate pair. */
const REPLACEMENT = '\uFFFD'
/** U+2400 SYMBOL FOR NULL and those that follow it, in the order of the C0 controls. */
const PICTURES = 0x2400
const DELETE = 0x7f
const DELETE_PICTURE = '\u2421'
const NEWLINE_PICTURE = '\u2424'

/** Scripts that join their letters: there the zero-width (non-)joiner is a matter of spelling. */
const joining =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}'
/** What is invisible and yet part of what is seen: variation selectors, joined emoji and letters, the flags made of tags. */
const kept = [
  '[\\uFE00-\\uFE0F\\u180B-\\u180D\\u180F]',
  '[\\u{E0100}-\\u{E01EF}]',
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
  `(?<=[${joining}])[\\u200C\\u200D](?=[${joining}])`,
  '(?<=\\u{1F3F4}[\\u{E0020}-\\u{E007E}]{0,30})[\\u{E0020}-\\u{E007F}]',
].join('|')
const unreadable = new RegExp(`(${kept})|[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Bidi_Control}\\p{Default_Ignorable_Code_Point}]`, 'gu')

function pictureOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(PICTURES + code)
  if (code === DELETE) return DELETE_PICTURE
  if (code === 0x85 || code === 0x2028 || code === 0x2029) return NEWLINE_PICTURE
  return REPLACEMENT.repeat(character.length)
}

/**
 * A name, a path or a sentence on one line: control characters as pictures, nothing invisible, and no direction but that of its own letters.
 * "invoice<U+202E>fdp.exe" cannot pose as "invoiceexe.pdf"; Hebrew and Arabic stay as they are.
 */
export function readable(text: string): string {
  return text.replace(unreadable, (character: string, kept: string | undefined) => kept ?? pictureOf(character))
}

/** Text of several lines, such as what a program logged: as `readable`, but with its tabs and line breaks. */
export function readableLines(text: string): string {
  return text.replace(unreadable, (character: string, kept: string | undefined) => kept ?? (/[\t\n\r]/.test(character) ? character : pictureOf(character)))
}

/**
 * What was read or heard in a file: its words with all their joiners and direction marks. Only overrides, which make letters stand where they
 * are not, and control characters are made visible; the element around it has to isolate its direction.
 */
export function readableText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202D\u202E]/gu, (character) => (/[\t\n\r]/.test(character) ? character : pictureOf(character)))
}

/** A name inside a sentence: first strong isolate, so that its direction ends where it ends. Two characters longer than `readable`. */
export function isolated(name: string): string {
  return `\u2068${readable(name)}\u2069`
}

/** A path cut at its separators, which stay: its names are shown one by one, so that none changes the direction of the next. */
export function readablePath(path: string): { text: string; name: boolean }[] {
  return readable(path)
    .split(/([\\/]+)/)
    .map((text, at) => ({ text, name: at % 2 === 0 }))
    .filter(({ text }) => text !== '')
}
