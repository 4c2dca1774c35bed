/** Text to bytes in the encodings that marks and notes are written in. */
import type { Writing } from '../plan/types.ts';

export interface Encoder {
  bytes(text: string): Buffer;
  /** How many bytes that would be. */
  length(text: string): number;
}

export function encoderOf(encoding: Writing['encoding']): Encoder {
  switch (encoding) {
    case 'utf-8':
      return { bytes: (text) => Buffer.from(text), length: (text) => Buffer.byteLength(text) };
    case 'utf-16le':
      return { bytes: (text) => Buffer.from(text, 'utf16le'), length: (text) => text.length * 2 };
    case 'utf-16be':
      return { bytes: (text) => Buffer.from(text, 'utf16le').swap16(), length: (text) => text.length * 2 };
    case 'windows-1251':
      return { bytes: windows1251, length: (text) => text.length };
  }
}

/** ASCII and the Russian letters from А to я, which is all that is written. */
function windows1251(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 && (code < 0x410 || code > 0x44f)) throw new RangeError(`no byte for '${text[i]}'`);
    bytes[i] = code < 0x80 ? code : code - 0x410 + 0xc0;
  }
  return bytes;
}
