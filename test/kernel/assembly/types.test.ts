import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import { type KernelColumn, type KernelType, RejectReason } from '../../../kernel/types.ts';
import { readChunk } from '../../oracle/csv.ts';
import { column, planOf, readWithKernel, utc, zoneTable } from '../read.ts';

/** Reads one text a record, quoted so that any text will do; kernel and oracle must agree on each. */
async function readTexts(type: KernelType, texts: readonly string[], options: Partial<KernelColumn> = {}) {
  const plan = planOf([column(type, options)]);
  const bytes = Buffer.from(texts.map((text) => `"${text}"`).join('\n'));
  const expected = readChunk(bytes, plan);
  const actual = await readWithKernel(bytes, plan);
  expect(actual).toEqual(expected);
  // Unquoted, as long as the texts allow it, goes another way through the kernel.
  if (texts.every((text) => !/[",\n\r]/.test(text) && text !== '')) {
    const bare = await readWithKernel(Buffer.from(`${texts.join('\n')}\n`), plan);
    expect(bare.rows.map((row) => row.values)).toEqual(expected.rows.map((row) => row.values));
    expect(bare.rejects.map(({ record, reason }) => [record, reason])).toEqual(
      expected.rejects.map(({ record, reason }) => [record, reason]),
    );
  }
  return expected;
}

/** Splits the answers of readTexts: value or reject reason for each text. */
async function outcomes(type: KernelType, texts: readonly string[]) {
  const { rows, rejects } = await readTexts(type, texts);
  const rejected = new Map(rejects.map((reject) => [reject.record, reject.reason]));
  const values = rows.map((row) => row.values[0]);
  return texts.map((_, i) => (rejected.has(i) ? `reject ${rejected.get(i)}` : values.shift()));
}

const TYPE = `reject ${RejectReason.type}`;
const RANGE = `reject ${RejectReason.range}`;

describe('doubles', () => {
  const float64: KernelType = { kind: 'float64' };

  /** Every text is read to the very bits of Number(text). */
  async function sameBits(texts: readonly string[]) {
    const { rows, rejects } = await readWithKernel(Buffer.from(texts.join('\n')), planOf([column(float64)]));
    expect(rejects).toEqual([]);
    rows.forEach((row, i) => {
      if (!Object.is(row.values[0], Number(texts[i])))
        throw new Error(`${texts[i]} was read as ${row.values[0]}`);
    });
    expect(rows.length).toBe(texts.length);
  }

  it('of hand-picked hardness are the nearest', async () => {
    await sameBits([
      '0',
      '-0',
      '0.0',
      '-0.0',
      '1',
      '-1',
      '+1',
      '1.',
      '.5',
      '-.5',
      '0.1',
      '123456789012345678901234567890',
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '9007199254740992.5',
      '9007199254740993.0000000001',
      '1.7976931348623157e308',
      '1.7976931348623158e308',
      '4.9e-324',
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '2.2250738585072011e-308',
      '2.2250738585072012e-308',
      '2.2250738585072014e-308',
      '1e-400',
      '-1e-400',
      '1e23',
      '8.5e22',
      '0.000000000000000000000000000000000000000000000000000000000000000000000000000123',
      '7.2057594037927933e16',
      '1.00000000000000011102230246251565404236316680908203125',
      '1.00000000000000011102230246251565404236316680908203124',
      '1.00000000000000011102230246251565404236316680908203126',
      '9999999999999999999',
      '99999999999999999999',
      '18446744073709551615',
      '18446744073709551616',
      '6929495644600919.5',
      '3.7455744005952583e15',
      '1e22',
      '1e0000001',
      '5e-324',
      '3e-324',
      '1.5e-323',
      '0.00000000000000000e400',
      '12345678901234567890e-30',
      '1E5',
      '1e+5',
      '00012.50',
      `0.${'3'.repeat(800)}`,
      `${'7'.repeat(300)}`,
      `0.${'0'.repeat(320)}5`,
      `${'1'.repeat(30)}e-30`,
    ]);
  });

  it('of any bits are read back from their shortest and their 17-digit text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 200, maxLength: 400 }),
        async (patterns) => {
          const doubles = [...new Float64Array(BigUint64Array.from(patterns).buffer)].filter(Number.isFinite);
          await sameBits(
            doubles.flatMap((x) => [
              String(x),
              x.toExponential(16),
              x.toPrecision(17),
              x.toPrecision(18),
              x.toPrecision(21),
            ]),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('that are subnormal or lie halfway are the nearest', async () => {
    const bits = fc.bigInt({ min: 0n, max: 2n ** 53n });
    await fc.assert(
      fc.asyncProperty(fc.array(bits, { minLength: 100, maxLength: 200 }), async (patterns) => {
        const subnormal = [...new Float64Array(BigUint64Array.from(patterns).buffer)].map((x) =>
          x.toPrecision(17),
        );
        // Halfway between two doubles of 2^53 and more, and a little above and below.
        const halves = patterns
          .map((bits) => 2n * (2n ** 53n + bits) + 1n)
          .flatMap((n) => [`${n}`, `${n}.0`, `${n}.00001`, `${n - 1n}.99999`]);
        await sameBits([...subnormal, ...halves]);
      }),
      { numRuns: 25 },
    );
  });

  it('of decimal coordinates are the nearest, whatever their length', async () => {
    const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
    const text = fc
      .tuple(fc.constantFrom('', '-', '+'), digits(1, 6), digits(0, 20))
      .map(([sign, a, b]) => `${sign}${a}.${b}`);
    await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 100, maxLength: 300 }), sameBits), {
      numRuns: 30,
    });
  });

  it('of digits that a double just holds and just not, and of few digits, are the nearest', async () => {
    const edges = Array.from({ length: 41 }, (_, i) => `${2n ** 53n + BigInt(i - 20)}`);
    const shifted = [1, 2, 3].flatMap((whole) =>
      edges.flatMap((digits) => [
        `${digits.slice(0, whole)}.${digits.slice(whole)}`,
        `-${digits.slice(0, whole)}.${digits.slice(whole)}`,
        `${digits.slice(0, whole)}.0${digits.slice(whole)}`,
      ]),
    );
    const few = Array.from({ length: 9 }, (_, i) =>
      ['', '-', '+'].map((sign) => `${sign}${'9071632548'.slice(i)}`),
    );
    await sameBits([...edges, ...shifted, ...few.flat(), '007', '0000000', '-0000000', '1988', '1985.0']);
  });

  it('are nothing else', async () => {
    const texts = [
      '',
      ' 1',
      '1 ',
      '.',
      '-',
      '+',
      '1e',
      '1e+',
      'e5',
      '1.2.3',
      '0x10',
      'nans',
      'infinit',
      '- inf',
      '--1',
      '1_000',
      '1,5',
      '1.5x',
      '14.5 ',
    ];
    expect(await outcomes(float64, texts)).toEqual(texts.map(() => TYPE));
    expect(await outcomes(float64, ['1e309', '-1e309', '1.7976931348623159e308'])).toEqual([
      RANGE,
      RANGE,
      RANGE,
    ]);
  });
});

describe('doubles that are not finite', () => {
  const texts = ['NaN', 'nan', '-nan', 'inf', '+Inf', '-INF', 'Infinity', '-infinity', 'infinite', '1.5'];

  it.each([
    ['reject', [...Array(8).fill(`reject ${RejectReason.notFinite}`), TYPE, 1.5]],
    ['null', [...Array(8).fill(null), TYPE, 1.5]],
    [
      'keep',
      [NaN, NaN, NaN, Infinity, Infinity, -Infinity, Infinity, -Infinity].concat([TYPE, 1.5] as never[]),
    ],
  ] as const)('are as the column says: %s', async (nonFinite, wanted) => {
    expect(await outcomes({ kind: 'float64', nonFinite }, texts)).toEqual(wanted);
  });

  it('are missing where they are null and a value is required', async () => {
    const type = { kind: 'float64', nonFinite: 'null' } as const;
    const { rejects } = await readTexts(type, ['1', 'nan'], { required: true });
    expect(rejects.map(({ reason }) => reason)).toEqual([RejectReason.missing]);
  });
});

describe('whole numbers', () => {
  it('fit or are out of range', async () => {
    const int16: KernelType = { kind: 'int32', min: -32768, max: 32767 };
    const texts = [
      '0',
      '-0',
      '+7',
      '007',
      '32767',
      '32768',
      '-32768',
      '-32769',
      '99999999999999999999',
      '-',
      '+',
      '1.0',
      ' 1',
      '1e3',
      '12a',
      '1234567',
      '12345678',
      '0000000000001',
    ];
    expect(await outcomes(int16, texts)).toEqual([
      0,
      0,
      7,
      7,
      32767,
      RANGE,
      -32768,
      RANGE,
      RANGE,
      TYPE,
      TYPE,
      TYPE,
      TYPE,
      TYPE,
      TYPE,
      RANGE,
      RANGE,
      1,
    ]);
  });

  it('of 64 bits fit to the last', async () => {
    const texts = [
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '18446744073709551616',
      '000000000000000000000000001',
      '92233720368547758070',
      'x',
    ];
    expect(await outcomes({ kind: 'int64' }, texts)).toEqual([
      2n ** 63n - 1n,
      RANGE,
      -(2n ** 63n),
      RANGE,
      RANGE,
      1n,
      RANGE,
      TYPE,
    ]);
  });

  it('of any size agree with BigInt', async () => {
    const text = fc.oneof(
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
      fc.integer().map(String),
      fc.stringMatching(/^[-+]?[0-9x ]{0,9}$/),
    );
    const types: KernelType[] = [{ kind: 'int64' }, { kind: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1 }];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.array(text, { minLength: 50, maxLength: 100 }),
        async (type, texts) => {
          await readTexts(type, texts);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('decimals', () => {
  it('are exact', async () => {
    const texts = [
      '0',
      '1',
      '-1.5',
      '1.50',
      '1.500',
      '1.505',
      '.5',
      '5.',
      '99999999.99',
      '100000000',
      '-99999999.99',
      '1e2',
      '.',
      '',
      '+0.01',
      '0.001',
      '0.000',
      '000000000000000000000000000001.00',
    ];
    expect(await outcomes({ kind: 'decimal', precision: 10, scale: 2 }, texts)).toEqual([
      0n,
      100n,
      -150n,
      150n,
      150n,
      RANGE,
      50n,
      500n,
      9999999999n,
      RANGE,
      -9999999999n,
      TYPE,
      TYPE,
      TYPE,
      1n,
      RANGE,
      0n,
      100n,
    ]);
  });

  it('of any precision and scale agree with BigInt', async () => {
    const text = fc.stringMatching(/^-?[0-9]{0,19}(\.[0-9]{0,19})?$/);
    const type = fc
      .integer({ min: 1, max: 18 })
      .chain((precision) =>
        fc.record({ precision: fc.constant(precision), scale: fc.integer({ min: 0, max: precision }) }),
      );
    await fc.assert(
      fc.asyncProperty(type, fc.array(text, { minLength: 50, maxLength: 100 }), async (numbers, texts) => {
        await readTexts({ kind: 'decimal', ...numbers }, texts);
      }),
      { numRuns: 60 },
    );
  });
});

describe('booleans, uuids and points', () => {
  it('read the usual words', async () => {
    const yes = ['true', 'T', 'Yes', 'y', '1', 'ON', 'TRUE', 'да', 'ДА', 'Да'];
    const no = ['false', 'F', 'nO', 'n', '0', 'off', 'FALSE', 'нет', 'НЕТ', 'нЕт'];
    const neither = [
      '',
      '2',
      'tr',
      'yess',
      'truex',
      'o',
      'offf',
      ' true',
      '\u0011',
      'ja',
      'д',
      'даа',
      'не',
      'нец',
      'ÿÿÿ',
    ];
    expect(await outcomes({ kind: 'boolean' }, [...yes, ...no, ...neither])).toEqual([
      ...yes.map(() => true),
      ...no.map(() => false),
      ...neither.map(() => TYPE),
    ]);
  });

  it('read uuids with dashes and without, in braces and as names', async () => {
    const plain = '00112233445566778899aabbccddeeff';
    const dashed = '00112233-4455-6677-8899-AABBCCDDEEFF';
    const wrapped = [`{${dashed}}`, `{${plain}}`, `urn:uuid:${dashed}`, `URN:UUID:${plain}`];
    const wrong = [
      `${plain}0`,
      plain.slice(1),
      dashed.replace('-', '0'),
      dashed.replace('A', 'G'),
      `{${dashed}`,
      `${dashed}}`,
      `{{${plain}}}`,
      `urn:uuid:{${plain}}`,
      `urn\u001auuid:${plain}`,
      '{}',
      '',
    ];
    expect(await outcomes({ kind: 'uuid' }, [plain, dashed, ...wrapped, ...wrong])).toEqual([
      plain,
      plain,
      ...wrapped.map(() => plain),
      ...wrong.map(() => TYPE),
    ]);
  });

  it('read points as well-known text', async () => {
    const right = [
      'POINT (14.5 50.25)',
      'point(14.5 50.25)',
      'Point  ( 14.5   50.25 ) ',
      ' POINT(14.5 50.25)',
      'POINT (1.45e1 50.25)',
    ];
    const wrong = [
      '',
      'POINT',
      'POINT (14.5)',
      'POINT (14.5, 50.25)',
      'POINT (14.5 50.25',
      'POINT (14.5 50.25))',
      'POINT Z (1 2 3)',
      'POINT EMPTY',
      'LINESTRING (1 2)',
      'POINT (14.5 x)',
      'POINT (14.550.25)',
      'POINT(1  2)x',
      'qOINT (1 2)',
    ];
    expect(
      await outcomes({ kind: 'point', form: 'wkt' }, [
        ...right,
        ...wrong,
        'POINT (181 0)',
        'POINT (0 -90.5)',
      ]),
    ).toEqual([...right.map(() => [14.5, 50.25]), ...wrong.map(() => TYPE), RANGE, RANGE]);
  });

  it('read points as latitude and longitude', async () => {
    const right = ['50.25,14.5', ' 50.25 , 14.5 ', '5.025e1,+14.50'];
    const wrong = ['', '50.25', '50.25;14.5', '50.25,', ',14.5', '50.25,14.5,1', 'x,y'];
    expect(
      await outcomes({ kind: 'point', form: 'latlon' }, [...right, ...wrong, '91,0', '0,-180.5']),
    ).toEqual([...right.map(() => [14.5, 50.25]), ...wrong.map(() => TYPE), RANGE, RANGE]);
  });
});

describe('nulls', () => {
  const nulls = ['', 'NULL', 'N/A', 'x'.repeat(40), 'é'];

  it('are the tokens of the column, quoted or not', async () => {
    const bytes = Buffer.from('NULL,NULL\n"NULL",\n"",N/A\nnull,1\n,é\n');
    const plan = planOf([
      column({ kind: 'utf8' }, { nulls }),
      column({ kind: 'int32', min: 0, max: 9 }, { nulls }),
    ]);
    const { rows } = await readWithKernel(bytes, plan);
    expect(rows.map((row) => row.values)).toEqual([
      [null, null],
      [null, null],
      [null, null],
      ['null', 1],
      [null, null],
    ]);
  });

  it('are trimmed to where the dialect says so, but not in quotes', async () => {
    const bytes = Buffer.from(' NULL ,\t5 \n" NULL ",6\n" ",7\n  ,8\n');
    const plan = planOf(
      [column({ kind: 'dictionary' }, { nulls }), column({ kind: 'int32', min: 0, max: 9 }, { nulls })],
      {
        delimiter: ',',
        quote: '"',
        trim: true,
      },
    );
    const { rows } = await readWithKernel(bytes, plan);
    expect(rows.map((row) => row.values)).toEqual([
      [null, 5],
      [' NULL ', 6],
      [' ', 7],
      [null, 8],
    ]);
  });

  it('of every type are counted, and the bitmap says where', async () => {
    const types: KernelType[] = [
      { kind: 'dictionary' },
      { kind: 'utf8' },
      { kind: 'int32', min: 0, max: 9 },
      { kind: 'int64' },
      { kind: 'decimal', precision: 5, scale: 1 },
      { kind: 'float64' },
      { kind: 'boolean' },
      { kind: 'date', formats: ['yyyy-MM-dd'] },
      { kind: 'timestamp', formats: ['yyyy-MM-dd'], zone: utc },
      { kind: 'uuid' },
      { kind: 'point', form: 'wkt' },
    ];
    const uuid = '00112233445566778899aabbccddeeff';
    const full = `a,b,1,2,3.5,4.5,t,2020-02-29,2020-02-29,${uuid},POINT (1 2)`;
    const line = (i: number) =>
      i % 5 === 4 ? full.replace('4.5', 'oops') : i % 3 === 0 ? ','.repeat(10) : full;
    const bytes = Buffer.from(Array.from({ length: 2500 }, (_, i) => line(i)).join('\n'));
    const plan = planOf(types.map((type) => column(type, { nulls })));
    const counts: number[] = [];
    const actual = await readWithKernel(bytes, plan, {
      batchRows: 2000,
      onBatch: (batch) => counts.push(...batch.vectors.map((vector) => vector.nullCount)),
    });
    const expected = readChunk(bytes, plan);
    expect(actual).toEqual(expected);
    const nullRows = expected.rows.filter((row) => row.values[0] === null).length;
    expect(counts.slice(0, 11).map((count, i) => count + counts[11 + i])).toEqual(Array(11).fill(nullRows));
  });
});

describe('dates and times', () => {
  const iso = ['yyyy-MM-dd HH:mm:ss'];

  it('are days and seconds that exist', async () => {
    const texts = [
      '1970-01-01 00:00:00',
      '2000-02-29 23:59:59',
      '1900-02-29 00:00:00',
      '2024-02-30 00:00:00',
      '2023-13-01 00:00:00',
      '2023-00-01 00:00:00',
      '2023-01-00 00:00:00',
      '2023-01-01 24:00:00',
      '2023-01-01 00:60:00',
      '2016-12-31 23:59:60',
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59',
      '0000-01-01 00:00:00',
      '2023-1-01 00:00:000',
      '2023-01-01T00:00:00',
      '2023-01-01 00:00',
      '2023-01-01 00:00:00 ',
      '2023-01-01 00.00.00',
      'x023-01-01 00:00:00',
      '2023-01-01 0a:00:00',
      '',
    ];
    const answers = await outcomes({ kind: 'timestamp', formats: iso, zone: utc }, texts);
    expect(answers.slice(0, 2)).toEqual([
      [0n, 0, 0],
      [951868799000000n, 11016, 86399],
    ]);
    expect(answers.filter((answer) => answer === RANGE).length).toBe(9);
    expect(answers.filter((answer) => answer === TYPE).length).toBe(8);
  });

  it('have leap seconds where the column clamps them', async () => {
    const formats = [...iso, "yyyy-MM-dd'T'HH:mm:ss.SX"];
    const texts = [
      '2016-12-31 23:59:60',
      '2016-12-31 23:59:61',
      '2016-12-31T23:59:60.5Z',
      '2016-12-31 23:60:60',
      '2016-12-31 23:59:6O',
    ];
    const clamp = await outcomes({ kind: 'timestamp', formats, zone: utc, leapSecond: 'clamp' }, texts);
    expect(clamp).toEqual([
      [1483228799000000n, 17166, 86399],
      RANGE,
      [1483228799500000n, 17166, 86399],
      RANGE,
      TYPE,
    ]);
    const reject = await outcomes({ kind: 'timestamp', formats, zone: utc, leapSecond: 'reject' }, texts);
    expect(reject).toEqual([RANGE, RANGE, RANGE, RANGE, TYPE]);
  });

  it('are read for every day of four centuries', async () => {
    const texts = Array.from({ length: 146097 / 3 }, (_, i) =>
      new Date(Date.UTC(1900, 0, 1 + 3 * i, i % 24, i % 60, i % 59)).toISOString().slice(0, 19),
    );
    const { rows } = await readWithKernel(
      Buffer.from(texts.map((text) => `${text.replace('T', ' ')},${text.slice(0, 10)}`).join('\n')),
      planOf([
        column({ kind: 'timestamp', formats: iso, zone: utc }),
        column({ kind: 'date', formats: ['yyyy-MM-dd'] }),
      ]),
    );
    rows.forEach((row, i) => {
      const seconds = Date.parse(`${texts[i]}Z`) / 1000;
      const day = Math.floor(seconds / 86400);
      expect(row.values).toEqual([[BigInt(seconds) * 1000000n, day, seconds - day * 86400], day]);
    });
    expect(rows.length).toBe(texts.length);
  });

  it('are read by any of the formats, the first that fits', async () => {
    const formats = [
      'M/d/yyyy H:mm',
      'M/d/yyyy H:mm:ss',
      'dd.MM.yy',
      "yyyy-MM-dd'T'HH:mm:ss.SSS",
      'yyyy-MM-dd HH:mm:ss.S',
      'M/d/yyyy h:mm:ss a',
      'd/M/yyyy',
      'yyyyMMddHHmmss',
      "'at' yyyy ''MM''",
    ];
    const texts = [
      '11/5/2017 1:30',
      '1/1/2017 0:04:59',
      '31.12.69',
      '31.12.70',
      '2017-01-02T03:04:05.678',
      '2017-01-02 03:04:05.6',
      '2017-01-02 03:04:05.123456',
      '2017-01-02 03:04:05.1234567',
      '2017-01-02T03:04:05.67',
      '1/2/2017 12:00:01 AM',
      '1/2/2017 12:00:01 pm',
      '1/2/2017 13:00:01 pm',
      '1/2/2017 0:00:01 am',
      '31/12/2017',
      '13/13/2017',
      '20170102030405',
      "at 2017 '03'",
      '111/5/2017 1:30',
      '1/1/2017',
      '1/1/17 0:00',
    ];
    const answers = await outcomes({ kind: 'timestamp', formats, zone: utc }, texts);
    expect(answers.map((answer) => (typeof answer === 'string' ? answer : 'read'))).toEqual([
      ...Array(7).fill('read'),
      `reject ${RejectReason.fraction}`,
      TYPE,
      'read',
      'read',
      RANGE,
      RANGE,
      'read',
      RANGE,
      'read',
      'read',
      TYPE,
      'read',
      TYPE,
    ]);
  });

  it('with fractions of up to nine digits are read to the microsecond, cut or rejected', async () => {
    const lists = [
      ['yyyy-MM-dd HH:mm:ss.S'],
      ['yyyy-MM-dd HH:mm:ss.SSSSSSSSS', 'yyyy-MM-dd HH:mm:ss.SSSSSSS'],
    ];
    const digits = fc.oneof(
      fc.stringMatching(/^\d{1,10}$/),
      fc.stringMatching(/^\d{6}0{1,3}$/),
      fc.constantFrom('000000001', '999999999', '9999999', '0000000', '123456000'),
    );
    const second = fc.constantFrom('1969-12-31 23:59:59', '2024-02-29 00:00:00', '2023-02-29 00:00:00');
    const text = fc.tuple(second, digits).map((parts) => parts.join('.'));
    for (const formats of lists) {
      for (const fraction of ['reject', 'truncate'] as const) {
        const type: KernelType = { kind: 'timestamp', formats, zone: utc, fraction };
        const plan = planOf([column(type)]);
        const texts = fc.sample(text, 2000);
        const { rows, rejects } = await readWithKernel(Buffer.from(texts.join('\n')), plan);
        const oracle = readChunk(Buffer.from(texts.join('\n')), plan);
        expect(rows.map((row) => row.values)).toEqual(oracle.rows.map((row) => row.values));
        expect(rejects.map(({ record, reason }) => [record, reason])).toEqual(
          oracle.rejects.map(({ record, reason }) => [record, reason]),
        );
        expect(rejects.some(({ reason }) => reason === RejectReason.fraction)).toBe(fraction === 'reject');
      }
    }
  });

  it('with offsets are instants, shown on the clock of the zone', async () => {
    const zone = zoneTable('America/New_York', { ambiguous: 'reject', skipped: 'reject' });
    const formats = ['yyyy-MM-dd HH:mm:ssXXX', 'yyyy-MM-dd HH:mm:ss Z'];
    const texts = [
      '2017-11-05 05:30:00Z',
      '2017-11-05 06:30:00z',
      '2017-03-12 02:30:00-05:00',
      '2017-03-12 02:30:00 +0530',
      '2017-01-01 00:00:00+14',
      '2017-01-01 00:00:00+24:00',
      '2017-01-01 00:00:00+1',
      '2017-01-01 00:00:00',
      '1969-12-31 23:59:59Z',
      '1850-06-01 00:00:00Z',
    ];
    const answers = await outcomes({ kind: 'timestamp', formats, zone }, texts);
    expect(answers.slice(5, 8)).toEqual([TYPE, TYPE, TYPE]);
    expect(answers[0]).toEqual([1509859800000000n, 17475, 5400]);
    expect(answers[1]).toEqual([1509863400000000n, 17475, 5400]);
  });

  it('of a zone follow its clock, whatever the policy', async () => {
    for (const name of [
      'America/New_York',
      'Europe/Moscow',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Monrovia',
    ]) {
      for (const policy of ['earlier', 'later', 'reject'] as const) {
        const zone = zoneTable(name, { ambiguous: policy, skipped: policy });
        const around = [...zone.utc].slice(1).filter((_, i) => i % 9 === 0 || i < 3);
        const seconds = around.flatMap((at) =>
          [-7200, -3601, -3600, -1800, -1, 0, 1, 1800, 3599, 3600, 7200].map(
            (delta) => at + zone.offset[1] + delta,
          ),
        );
        const texts = seconds.map((second) =>
          new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' '),
        );
        await readTexts({ kind: 'timestamp', formats: iso, zone }, texts);
      }
    }
  });

  it('of any instant and zone agree with Temporal', async () => {
    const zones = ['America/New_York', 'Europe/Moscow', 'Asia/Kathmandu'].flatMap((name) =>
      (['earlier', 'later', 'reject'] as const).map((policy) =>
        zoneTable(name, { ambiguous: policy, skipped: policy }),
      ),
    );
    const second = fc.integer({ min: Date.UTC(1850, 0) / 1000, max: Date.UTC(2099, 0) / 1000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.array(second, { minLength: 30, maxLength: 60 }),
        async (zone, seconds) => {
          const texts = seconds.map((second) =>
            new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' '),
          );
          await readTexts({ kind: 'timestamp', formats: iso, zone }, texts);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuse formats that they cannot read', async () => {
    const kernel = await createKernel();
    const begin = (formats: string[]) =>
      kernel.begin(planOf([column({ kind: 'date', formats })]), { byteStart: 0, skipBytes: 0 });
    for (const format of [
      'MM-dd',
      'yyyy-dd',
      'yyyy-MMM-dd',
      'hh:mm yyyy',
      'yyyy G',
      'yyyy h:mm',
      'yyyy H a h',
      "yyyy 'x",
    ]) {
      expect(() => begin([format]), format).toThrow(RangeError);
    }
    expect(() => begin([])).toThrow(RangeError);
    expect(() => begin(["yyyy'T'MM"])).not.toThrow();
  });
});
