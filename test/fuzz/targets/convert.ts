/** Texts that the kernel leaves to the model: dates by any format, decimals of any length, JSON. */
import { RejectReason } from '../../../kernel/types.ts';
import { booleanConverter } from '../../../model/types/boolean.ts';
import { type Converter, Refusal } from '../../../model/types/column-type.ts';
import { dateConverter } from '../../../model/types/date.ts';
import { jsonConverter } from '../../../model/types/json.ts';
import { numericConverter } from '../../../model/types/numeric.ts';
import { timestampConverter } from '../../../model/types/timestamp.ts';
import { column, planOf, utc } from '../../kernel/read.ts';
import { readChunk } from '../../oracle/csv.ts';
import { readFormat } from '../../oracle/time.ts';
import { mutate } from '../mutate.ts';
import type { Chance } from '../random.ts';
import { expectSame, type Input, type Target } from '../target.ts';

interface ConvertInput extends Input {
  readonly options: {
    readonly kind: keyof typeof checks;
    readonly format: string;
    readonly locale: 'en' | 'ru';
  };
}

/** Formats of the kernel, whose answers the oracle knows, and others. */
const known = [
  'yyyy-MM-dd',
  'yyyyMMdd',
  'dd.MM.yy',
  'M/d/yyyy',
  "yyyy-MM-dd'T'HH:mm:ss",
  'yyyy-MM-ddTHH:mm:ss.SX',
];
const others = [
  'd MMMM yyyy',
  'MMM d, yyyy',
  'uuuu-MM-dd',
  'y-M-d G',
  "d MMMM y' г.' G",
  'yyyy-MM-dd HH:mm VV',
  'd MMM yyyy h:mm a',
];

const samples = {
  known: [
    '2024-02-29',
    '20240229',
    '31.12.69',
    '2/29/2023',
    '2024-02-29T23:59:60',
    '2024-02-29T00:00:00.5+05:30',
  ],
  time: [
    '1 March 2018',
    '5 мая 2018',
    'Sept. 3, 2001',
    '-0043-03-15',
    '44-3-15 BC',
    '15 марта 44 г. до н. э.',
    '2024-10-27 02:30 Europe/Berlin',
    '5 Nov 2017 1:30 am',
  ],
  numeric: [
    '0',
    '1.5',
    '-99999999999999999999.999',
    '12345678901234567890123456789012345678',
    '.1',
    '1.',
    '1e5',
  ],
  json: ['{"a":[1,2,{"b":null}]}', '"\\ud83d\\ude00"', '"\\u0000"', '1e200000', '[[[[]]]]', '"\\\\u0000"'],
  boolean: ['ja', 'Nein', 'NÖ', ''],
};

function make(chance: Chance): ConvertInput {
  const kind = chance.of(Object.keys(checks) as (keyof typeof checks)[]);
  const text = Buffer.from(chance.of(samples[kind]));
  return {
    bytes: mutate(chance, text, Buffer.from(chance.of(chance.of(Object.values(samples))))),
    options: { kind, format: chance.of(kind === 'known' ? known : others), locale: chance.of(['en', 'ru']) },
  };
}

const formatsOf = ({ format, locale }: ConvertInput['options']) =>
  ({ formats: [format], locale, leapSecond: 'reject' }) as const;

const checks = {
  known(text: string, options: ConvertInput['options']) {
    // Blanks around and between, which only the model lets pass, and letters in another case.
    if (/[\s\u00a0\ufeff]|[tz]/i.test(text.replace(/(?<=\d)[TZ]/g, ''))) return;
    const oracle = readFormat(text, options.format);
    const found = timestampConverter(formatsOf(options), utc)(text);
    if (oracle === 'type') return expectSame(found, undefined, 'the text');
    if (typeof oracle === 'string') return expectSame(reasonOf(found), RejectReason[oracle], 'the text');
    const offset = oracle.offsetSeconds ?? 0;
    const at = oracle.date.toZonedDateTime('UTC').toInstant().subtract({ seconds: offset });
    expectSame(found, at.epochNanoseconds / 1000n, 'the text');
  },
  time(text: string, options: ConvertInput['options']) {
    const day = dateConverter(formatsOf(options))(text);
    const instant = timestampConverter(formatsOf(options), utc)(text);
    if (typeof day === 'number' && !(day >= -2_440_588 && day <= 2_932_896)) throw new Error(`day ${day}`);
    if (typeof day !== 'number' && typeof instant === 'bigint') throw new Error('an instant without a day');
  },
  numeric(text: string) {
    for (const [precision, scale] of [
      [38, 5],
      [38, 38],
      [19, 0],
    ] as const) {
      const plan = planOf([column({ kind: 'decimal', precision, scale })], {
        ...{ delimiter: '\t', quote: '"', trim: false },
      });
      if (text === '' || /[\n\r\t"]/.test(text)) return;
      const { rows, rejects } = readChunk(Buffer.from(text), plan);
      const found = numericConverter(precision, scale)(text);
      expectSame(
        outcome(found),
        rows[0]?.values[0] ?? `reject ${rejects[0].reason}`,
        `numeric(${precision}, ${scale})`,
      );
    }
  },
  json(text: string) {
    const found = jsonConverter(text);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return expectSame(found, undefined, 'what is not JSON');
    }
    const held = JSON.stringify(value, (key, member) => {
      if (/\0|\p{Surrogate}/u.test(key)) throw new Error('odd');
      return member;
    });
    if (found === text && /\\u0000|\\ud[89a-f]/.test(held.replaceAll('\\\\', '')))
      throw new Error('jsonb cannot hold it');
  },
  boolean(text: string) {
    const found = booleanConverter(['ja', 'j'], ['nein', 'nö'])(text);
    const folded = text.normalize('NFC').toLowerCase();
    const wanted = ['ja', 'j'].includes(folded) ? true : ['nein', 'nö'].includes(folded) ? false : undefined;
    expectSame(found, wanted, 'the word');
  },
};

function reasonOf(found: ReturnType<Converter>): unknown {
  return found instanceof Refusal ? found.reason : found;
}

function outcome(found: ReturnType<Converter>): unknown {
  if (found === undefined) return `reject ${RejectReason.type}`;
  return found instanceof Refusal ? `reject ${found.reason}` : found;
}

function check({ bytes, options }: ConvertInput): void {
  checks[options.kind](Buffer.from(bytes).toString(), options);
}

export const convertTarget: Target<ConvertInput> = { name: 'convert', weight: 2, make, check };
