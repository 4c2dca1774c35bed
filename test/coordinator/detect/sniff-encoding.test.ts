import { describe, expect, it } from 'vitest';
import { settleEncoding } from '../../../coordinator/detect/sniff-encoding.ts';
import { type Encoding, toUtf8 } from '../../../kernel/dialect/encodings.ts';

const texts: Record<string, readonly [Encoding, string]> = {
  'Russian, a list': [
    'windows-1251',
    '1;Москва;улица Ленина, дом 5;Иванов Иван\n2;САНКТ-ПЕТЕРБУРГ;Невский;Ёлкин\n',
  ],
  'Russian, short': ['windows-1251', 'id;name\n1;Ёлка лес\n'],
  'Russian in KOI8': ['koi8-r', '1;Москва;улица Ленина, дом 5;Иванов Иван\n2;НОВОСИБИРСК;Мира;Петров\n'],
  'Russian in KOI8, short': ['koi8-r', 'id;name\n1;Ёлка лес\n2;Заказ оплачен\n'],
  French: ['windows-1252', 'Éric;Nîmes;château;très bien;où êtes-vous;l’été\n'],
  German: ['windows-1252', '1;Müller;Straße\n2;Köln;Grüße\n'],
  'Spanish, one name': ['windows-1252', 'id,name\n1,José\n'],
  'prices in euros': ['windows-1252', 'a,12 €\nb,“x” – 3 €\n'],
  Japanese: ['shift_jis', '1,東京都,アイウ\n2,大阪市,ひらがなとカナ\n'],
  'Japanese, half width': ['shift_jis', '1,ｱｲｳ ｴｵ\n2,ﾄｳｷｮｳ\n'],
};

const settle = (bytes: Uint8Array, declared = 'auto', whole = true) =>
  settleEncoding(declared, { name: 'x.csv', bytes, whole });

describe('an encoding that is left to the file', () => {
  it.each(Object.entries(texts))('is found for %s', (_name, [encoding, text]) => {
    expect(settle(encode(text, encoding))).toEqual({ encoding, bomBytes: 0, detected: true });
  });

  it('is UTF-8 where it can be, also where the last character is cut off', () => {
    const bytes = Buffer.from('id,name\n1,Ёлка €');
    expect(settle(bytes)).toMatchObject({ encoding: 'utf-8' });
    expect(settle(bytes.subarray(0, bytes.length - 1), 'auto', false)).toMatchObject({ encoding: 'utf-8' });
    expect(settle(Buffer.from('id,name\n'))).toMatchObject({ encoding: 'utf-8' });
  });

  it.each([
    ['utf-8', '\ufeffid,name\n', 3],
    ['utf-16le', '\ufeffid,name\n', 2],
    ['utf-16be', '\ufeffid,name\n', 2],
    ['utf-16le', 'id,name\n1,x\n', 0],
    ['utf-16be', 'id,name\n1,x\n', 0],
    ['utf-16le', 'Москва и область;Санкт-Петербург\nНовосибирск;Екатеринбург\n', 0],
    ['utf-16be', 'Москва и область;Санкт-Петербург\nНовосибирск;Екатеринбург\n', 0],
    ['utf-16le', '東京都千代田区,大阪府大阪市北区😀\n', 0],
  ])('is what the mark or the pattern says: %s %j', (encoding, text, bomBytes) => {
    expect(settle(encode(text, encoding as Encoding))).toEqual({ encoding, bomBytes, detected: true });
  });

  it('is refused where two are as likely, and both are shown', () => {
    // The one letter is a small е in KOI8 and a capital Е in windows-1251.
    const bytes = Buffer.from([0x31, 0x2c, 0xc5, 0x0a]);
    expect(() => settle(bytes)).toThrow(
      expect.objectContaining({
        code: 'LF_DIALECT_AMBIGUOUS',
        message: expect.stringMatching(/windows-1251 it says "1,Е.*koi8-r it says "1,е/),
      }),
    );
  });

  it('is refused where none fits', () => {
    const polish = Buffer.from('1,W\xb3adys\xb3aw\n2,\xa3\xf3d\xbc\n', 'latin1');
    expect(() => settle(polish)).toThrow(expect.objectContaining({ code: 'LF_FILE_ENCODING' }));
  });
});

describe('an encoding that the definition names', () => {
  it('is taken, with a mark that agrees', () => {
    expect(settle(Buffer.from('\ufeffid\n', 'utf16le'), 'utf-16le')).toMatchObject({ bomBytes: 2 });
    expect(settle(Buffer.from([0x69, 0xc6]), 'koi8-r')).toEqual({
      encoding: 'koi8-r',
      bomBytes: 0,
      detected: false,
    });
  });

  it('is refused where mark, pattern or NULs say otherwise', () => {
    const wide = Buffer.from('id,name\n1,x\n', 'utf16le');
    expect(() => settle(wide, 'utf-8')).toThrow(expect.objectContaining({ code: 'LF_FILE_ENCODING' }));
    expect(() => settle(Buffer.from([1, 0, 0, 2]), 'utf-8')).toThrow(
      expect.objectContaining({ code: 'LF_FILE_BINARY' }),
    );
  });

  it('is not doubted for a NUL here and there', () => {
    const text = `id,name\n${'1,x\n'.repeat(200)}2,a\0b\n`;
    expect(settle(Buffer.from(text), 'utf-8')).toMatchObject({ encoding: 'utf-8' });
  });
});

/** By trying every byte and pair. */
function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const known = new Map<string, number[]>();
  const note = (...bytes: number[]) => {
    const shown = Buffer.from(toUtf8(Uint8Array.from(bytes), encoding)).toString();
    if (!known.has(shown)) known.set(shown, bytes);
  };
  for (let first = 0; first < 256; first++) note(first);
  if (encoding === 'shift_jis')
    for (let first = 0x81; first <= 0xfc; first++)
      for (let second = 0x40; second < 0xfd; second++) note(first, second);
  return Uint8Array.from([...text].flatMap((character) => known.get(character)!));
}
