/** The first bytes of a file to the layout that all its workers read it by: an answer, or a coded error. */
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import { readRecord } from '../../../kernel/dialect/header.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { defineDataset, integer, text } from '../../../model/index.ts';
import type { Dialect } from '../../../model/language/define.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { readRecords } from '../../oracle/csv.ts';
import { anyDialect, anyText, corpus } from '../dialects.ts';
import { mutate } from '../mutate.ts';
import type { Chance } from '../random.ts';
import { expectSame, type Input, type Target } from '../target.ts';

const dialects: readonly (Dialect | 'auto')[] = [
  'auto',
  {},
  { header: 'auto', delimiter: 'auto', encoding: 'auto' },
  { header: false, quote: 'auto', lineEnds: 'auto' },
  { skipLines: 2, escape: '\\', comment: '#', trim: true },
  { encoding: 'utf-16le', delimiter: 'auto' },
];

const datasets: readonly CompiledDataset[] = dialects.map((dialect) =>
  compileDataset(
    defineDataset({
      ...{ name: 'fuzz', dialect },
      columns: {
        a: text({ aliases: ['id'] }),
        b: integer({ aliases: ['name'] }),
        c: text({ optional: true }),
      },
      star: { fact: 'f' },
    }),
  ),
);

interface LayoutInput extends Input {
  readonly options: { readonly dataset: number; readonly whole: boolean };
}

function make(chance: Chance): LayoutInput {
  const around = chance.once(3) ? chance.of(['sep=;\n', '# x\n#\n', 'May\r\n\r\n', '"y\r']) : '';
  const header = chance.of(['a,b\n', 'a;b;c\n', 'id\tname\r\n', '"a"|"b"\r', '\ufeffa,b\n', '']);
  const body = chance.once(2) ? Buffer.from(anyText(chance, anyDialect(chance))) : chance.of(corpus);
  return {
    bytes: mutate(chance, Buffer.concat([Buffer.from(around + header), body]), chance.of(corpus)),
    options: { dataset: chance.below(datasets.length), whole: !chance.once(4) },
  };
}

function check({ bytes, options: { dataset, whole } }: LayoutInput): void {
  try {
    const layout = settleLayout(datasets[dataset], { name: 'fuzz.csv', bytes, whole });
    if (layout === null) {
      if (whole) throw new Error('there is no layout of a whole file, and no error');
      return;
    }
    if (!(layout.headerBytes >= 0 && layout.headerBytes <= bytes.length))
      throw new Error('the header is too long');
    if (layout.encoding === 'utf-8') checkRecords(bytes.subarray(layout.headerBytes), layout);
  } catch (error) {
    if (!(error instanceof LandfallError) || error.code === 'LF_INTERNAL') throw error;
  }
}

/** The reader of headers reads each record as the oracle does. */
function checkRecords(bytes: Uint8Array, layout: Parameters<typeof readRecord>[2]): void {
  let at = 0;
  for (const record of readRecords(bytes, layout, 0)) {
    const read = readRecord(bytes, at, layout, true);
    if (read === null) throw new Error('a record is missing');
    if (read.badQuote !== record.badQuote)
      throw new Error(`a record at ${record.start} is badly quoted, or not`);
    if (!read.badQuote) expectSame(read.fields.length, record.fields.length, 'the number of fields');
    at = read.bytes;
  }
}

export const layoutTarget: Target<LayoutInput> = { name: 'layout', weight: 2, make, check };
