import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KernelDialect, type KernelPlan, RejectReason } from '../../kernel/types.ts';
import { readChunk } from '../oracle/csv.ts';
import { plays } from '../support/long.ts';
import { column, comma, planOf, type ReadOptions, readWithKernel } from './read.ts';

const text = column({ kind: 'utf8' });
const coded = column({ kind: 'dictionary' });

/** The kernel's rows and rejects are the oracle's. */
async function agree(input: string | Uint8Array, plan: KernelPlan, options: ReadOptions = {}) {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const expected = readChunk(bytes, plan, options);
  expect(await readWithKernel(bytes, plan, options)).toEqual(expected);
  return expected;
}

describe('records', () => {
  const cases: Record<string, string> = {
    'nothing at all': '',
    'one record without a line end': 'a,b',
    'LF, CRLF and no final newline': 'a,b\nc,d\r\ne,f',
    'blank lines of both kinds': '\n\r\na,b\n\n\n\r\nc,d\n\n',
    'empty fields': ',\n,b\na,\r\n',
    'too few and too many fields': 'a\na,b\na,b,c\n,,\na,b,c,d,e,f,g\nx,y\n',
    'quotes and doubled quotes': '"a","b"\n"a""b",""""\n"","x"\n""""""," "\n',
    'newlines and delimiters in quotes': '"a\nb","c\r\nd"\n",,",","\nx,y\n',
    'a quote inside an unquoted field': 'a"b,c""d\n a,"b"\n "a",b\n',
    'text after a closing quote': '"a"b,c\nd,e\n"a" ,b\n"a""b"c"d,e\nf,g\n',
    'a carriage return after a closing quote': 'a,"b"\r\n"a"\r,b\na,"b"\r',
    'a carriage return that ends nothing': 'a\rb,c\r\r\n\r,\r\na,b\r',
    'an open quote at the end': 'a,b\nc,"d\ne,f\n',
    'a closing quote at the very end': 'a,"b"',
    'an empty quoted field is not blank': '""\n"",""\n',
  };
  for (const [name, input] of Object.entries(cases)) {
    it(`reads ${name}`, async () => {
      for (const pieces of [undefined, [1], [2, 3], [7]])
        await agree(input, planOf([text, coded]), { pieces });
      await agree(input, planOf([text, coded], { ...comma, quote: null }));
      await agree(input, planOf([text]));
    });
  }

  it('says where a rejected record is, and what it says', async () => {
    const { rejects } = await agree('h1,h2\na,"x\ny"\n\nb\nc,d\n', planOf([text, text]), {
      byteStart: 100,
      skipBytes: 6,
    });
    expect(rejects).toEqual([
      {
        byteOffset: 115,
        byteLength: 1,
        record: 1,
        line: 4,
        column: -1,
        reason: RejectReason.fieldCount,
        raw: 'b',
      },
    ]);
  });

  it('skips bytes that come in several pieces', async () => {
    await agree('head\ner\na,b\n', planOf([text, text]), { skipBytes: 8, pieces: [3] });
  });

  it('takes quotes, newlines and delimiters at every offset of a 64-byte block', async () => {
    for (let pad = 0; pad < 70; pad++) {
      const filler = 'x'.repeat(pad);
      await agree(
        `${filler},"a""b"\r\n"${filler}","q\n,"\n"${filler}"y,z\n${filler}\r\nl,m`,
        planOf([text, coded]),
      );
    }
  });

  it('takes records that are quoted as they should be beside those that are not, in any order', async () => {
    const tidy = ['"a","b"\n', 'a,"b"\r\n', '"a",b\n', '"a,b","c,d"\r\n', '"",""\n', ',\n', 'left,right\n'];
    const odd = [
      '"a""b",c\n',
      '"x\ny",z\n',
      '"a"b,c\n',
      ' "a",b\n',
      'a"b,"c"\n',
      '"a"\r,b\n',
      'a,"b"\r\r\n',
      '\r\n',
    ];
    const records = fc.array(fc.constantFrom(...tidy, ...tidy, ...odd), { minLength: 1, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.nat(70),
        fc.constantFrom(undefined, [1], [63], [100]),
        async (parts, pad, pieces) => {
          await agree(`${'x'.repeat(pad)},"y"\n${parts.join('')}`, planOf([text, coded]), { pieces });
        },
      ),
      { numRuns: plays(170, 2_500), seed: 7 },
    );
  });

  it('grows its window for a long record and goes on', async () => {
    const long = 'long '.repeat(5000);
    await agree(`a,b\n${long},"${long}\n${long}"\nc,d\n`, planOf([text, coded]), {
      inputBytes: 256,
      pieces: [100],
    });
  });

  it('rejects a record above the limit, whether it was held whole or thrown away, and finds the next', async () => {
    for (const size of [299, 300, 301, 400, 5000, 100000]) {
      const input = `a,b\n${'é'.repeat(size / 2)}${'x'.repeat(size % 2)},"${'q\n""'.repeat(50)}"\r\nc,d\n"${'y'.repeat(size)},\n`;
      const options = { inputBytes: 256, recordBytesMax: 505, pieces: [90] };
      await agree(input, planOf([text, coded]), options);
    }
  });
});

describe('a row with several faults', () => {
  it('has its first as before, and seven others named', async () => {
    const int = column({ kind: 'int32', min: 0, max: 9 });
    const columns = Array.from({ length: 10 }, (_, c) => ({
      ...(c % 3 === 1 ? coded : int),
      required: true,
      nulls: [''],
    }));
    const bad = columns.map((_, c) => (c % 3 === 1 ? '' : 'x')).join(',');
    const good = columns.map(() => '7').join(',');
    const one = good.replace(/7$/, 'x');
    const two = one.replace(/^7/, '');
    const lines = [good, bad, good, one, two, bad, good];
    for (const batchRows of [2, 4096]) {
      const { rows, rejects } = await agree(`${lines.join('\n')}\n`, planOf(columns), { batchRows });
      expect(rows.length).toBe(3);
      expect(rejects.map(({ column, others }) => [column, others?.map((other) => other.column)])).toEqual([
        [0, [1, 2, 3, 4, 5, 6, 7]],
        [9, undefined],
        [0, [9]],
        [0, [1, 2, 3, 4, 5, 6, 7]],
      ]);
    }
  });
});

describe('batches', () => {
  it('come in any size and lose nothing', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => (i % 7 === 3 ? `bad ${i}` : `text ${i % 100},${i}`));
    const plan = planOf([coded, column({ kind: 'int32', min: 0, max: 2500 })]);
    for (const batchRows of [1, 3, 64, 1000, 32768]) {
      await agree(`${lines.join('\n')}\n`, plan, { batchRows, inputBytes: 4096 });
    }
  });

  it('have no more than batchRows records', async () => {
    const parsed: number[] = [];
    const bytes = Buffer.from('a,b\nc\n'.repeat(50));
    await readWithKernel(bytes, planOf([text, text]), {
      batchRows: 30,
      onBatch: (batch) => parsed.push(batch.parsed),
    });
    expect(parsed).toEqual([30, 30, 30, 10]);
  });

  it('hold the texts of accepted rows only in their dictionaries', async () => {
    const int = column({ kind: 'int32', min: 0, max: 9 });
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `${i % 3 === 0 ? `dropped ${i}` : `kept ${i}`},${i % 3 === 0 ? 'x' : 1}`,
    );
    let size = 0;
    const { rows, rejects } = await readWithKernel(Buffer.from(lines.join('\n')), planOf([coded, int]), {
      onBatch: (batch) => {
        const [vector] = batch.vectors;
        if (vector.kind === 'dictionary') size = vector.dictionary.size;
      },
    });
    expect([rows.length, rejects.length, size]).toEqual([2000, 1000, 2000]);
  });

  it('number distinct texts of any length once, in order of first appearance', async () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `${i % 1300}`.padEnd(i % 40, 'long text '));
    const codes: number[] = [];
    let dictionary: string[] = [];
    await readWithKernel(Buffer.from(texts.join('\n')), planOf([coded]), {
      batchRows: 700,
      onBatch: ({ vectors: [vector] }) => {
        if (vector.kind !== 'dictionary') return;
        codes.push(...vector.values);
        dictionary = Array.from({ length: vector.dictionary.size }, (_, code) =>
          vector.dictionary.text(code),
        );
      },
    });
    const distinct = [...new Set(texts)];
    expect(dictionary).toEqual(distinct);
    expect(codes).toEqual(texts.map((text) => distinct.indexOf(text)));
  });

  it('count the nulls of accepted rows only', async () => {
    const columns = [column({ kind: 'float64' }, { nulls: [''] }), column({ kind: 'int32', min: 0, max: 9 })];
    const lines = Array.from({ length: 90 }, (_, i) => `${i % 2 ? '' : 1.5},${i % 3 ? 1 : 'x'}`);
    const counts: (number | boolean)[] = [];
    await readWithKernel(Buffer.from(lines.join('\n')), planOf(columns), {
      onBatch: ({ rows, vectors }) => counts.push(rows, vectors[0].nullCount, vectors[1].validity === null),
    });
    expect(counts).toEqual([60, 30, true]);
    await agree(lines.join('\n'), planOf(columns), { batchRows: 7 });
  });

  it('read a column that the file lacks as null, or reject', async () => {
    const columns = [coded, column({ kind: 'float64' }), text];
    const plan = { dialect: comma, columns, fieldOfColumn: [1, -1, 0], fieldCount: 3 };
    await agree('a,b,c\nd,e,f\n', plan);
    await agree('a,b,c\nd,e,f\n', {
      ...plan,
      columns: [coded, column({ kind: 'uuid' }, { required: true }), text],
    });
  });
});

describe('properties', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ',',
      '\n',
      '\r\n',
      '"',
      '""',
      '","',
      '"\n"',
      '\r',
      ' ',
      'é',
      '€',
      '😀',
      'a',
      '12',
      'null',
    ),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('x'.repeat(60), '"'.repeat(9), 'lorem ipsum dolor sit amet consectetur '.repeat(2)),
  );
  const options = {
    pieces: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
    batchRows: fc.integer({ min: 1, max: 40 }),
    inputBytes: fc.constantFrom(144, 500, 4096),
  };

  it('any text is read as the oracle reads it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 120 }),
        fc.record(options),
        fc.record({
          trim: fc.boolean(),
          quote: fc.constantFrom('"', "'", null),
          delimiter: fc.constantFrom(',', ';', '\t'),
        }),
        fc.integer({ min: 1, max: 4 }),
        async (pieces, readOptions, dialect: KernelDialect, fields) => {
          const columns = [
            column({ kind: 'utf8' }, { nulls: ['null', ''] }),
            coded,
            column({ kind: 'int32', min: 0, max: 20 }, { required: true, nulls: [''] }),
            column({ kind: 'dictionary' }, { required: true, nulls: ['', 'a'] }),
          ].slice(0, fields);
          await agree(pieces.join(''), planOf(columns, dialect), readOptions);
        },
      ),
      { numRuns: plays(100, 1_500) },
    );
  });

  it('any bytes are read as the oracle reads them, also where they are not UTF-8', async () => {
    const byte = fc.oneof(
      fc.constantFrom(44, 10, 13, 34, 0, 0xef, 0xed, 0xa0, 0x80, 0xc3, 0xf0, 0x9f),
      fc.nat(255),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 400 }), fc.record(options), async (bytes, readOptions) => {
        await agree(Uint8Array.from(bytes), planOf([coded, text]), readOptions);
      }),
      { numRuns: plays(70, 1_000) },
    );
  });

  it('every pair of lead and second byte is UTF-8 where TextDecoder says so, near and far from the end', async () => {
    const records: Buffer[] = [];
    for (let first = 0x80; first < 0x100; first++) {
      for (let second = 0x7c; second < 0x100; second += 1) {
        const tail = [0x80, 0xbf, 0xbf].slice(0, first < 0xe0 ? 0 : first < 0xf0 ? 1 : 2);
        const after = second % 3 === 0 ? 'twenty bytes of ASCII' : '';
        records.push(Buffer.concat([Buffer.from([first, second, ...tail]), Buffer.from(`${after}\n`)]));
      }
    }
    await agree(Buffer.concat(records), planOf([text]));
  });

  it('says where the text ends in a record that is cut off in a character, also one like a replacement', async () => {
    for (const character of ['é', '\ufeff', '\ufffd', '\uffff', '😀']) {
      for (let bytes = 1; bytes < Buffer.byteLength(character); bytes++) {
        const cut = Buffer.concat([Buffer.from('ab'), Buffer.from(character).subarray(0, bytes)]);
        const { rejects } = await agree(cut, planOf([text]));
        expect(rejects).toMatchObject([{ reason: RejectReason.encoding, validBytes: 2 }]);
      }
    }
  });

  it('any table is read back as it was written', async () => {
    const cell = fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[a-z",\n\r ]*$/));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 60 }),
        fc.record(options),
        fc.constantFrom('\n', '\r\n'),
        async (table, readOptions, lineEnd) => {
          const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
          const input = table.map((row) => row.map(quoted).join(',')).join(lineEnd);
          const { rows } = await readWithKernel(Buffer.from(input), planOf([text, coded]), readOptions);
          expect(rows.map((row) => row.values)).toEqual(
            table.map((row) => row.map((cell) => Buffer.from(cell).toString('utf8'))),
          );
        },
      ),
      { numRuns: plays(50, 750) },
    );
  });
});
