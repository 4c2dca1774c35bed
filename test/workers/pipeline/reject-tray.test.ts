import { expect, it } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import { type RawReject, RejectReason } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { convertFallbacks } from '../../../model/enrich/fallback.ts';
import { defineDataset, integer, interval, rule, text, time } from '../../../model/index.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import { ledgerReject } from '../../../workers/pipeline/reject-tray.ts';

const dataset = compileDataset(
  defineDataset({
    name: 'x',
    columns: { a: text(), b: integer() },
    star: { fact: 'f', columns: ['a', 'b'] },
  }),
);
const layout = {
  ...{ delimiter: ',', quote: '"', trim: false, encoding: 'utf-8' },
  ...{ header: ['a', 'b'], fieldCount: 2, fieldOfColumn: [0, 1] },
} as unknown as FileLayout;

/** The message about a record of which the first 8 KiB are kept. */
function messageOf(record: string, reason: RejectReason, column = -1, of = dataset): string {
  const kept = record.slice(0, 8192);
  const place = { record: 0, byteOffset: 0, byteLength: record.length, line: 0 };
  const raw = { ...place, reason, column, raw: kept } as unknown as RawReject;
  return ledgerReject(raw, of, layout, 2).message;
}

it('says nothing of a long record that its beginning does not show', () => {
  const long = 'x'.repeat(9000);
  expect(messageOf(`${long},2,3`, RejectReason.fieldCount)).toBe('The row has 1 or more fields, not 2.');
  expect(messageOf(`${long},two`, RejectReason.type, 1)).toBe(
    'b: a value beyond the recorded text is not an integer.',
  );
  expect(messageOf('x,two', RejectReason.type, 1)).toBe('b: "two" is not an integer.');
  expect(messageOf('x'.repeat(17e6), RejectReason.tooLong)).toBe(
    'The row has 17000000 bytes; the longest record that is read has 16777216.',
  );
});

it('says which column of the key or the order has no value', () => {
  expect(messageOf(',2', RejectReason.key, 0)).toBe('a is in the key of the mode and has no value.');
  expect(messageOf('x,', RejectReason.order, 1)).toBe('b orders the events of a key and has no value.');
});

it('names what is wrong with other columns after the first', async () => {
  const wide = compileDataset(
    defineDataset({
      name: 'x',
      columns: {
        a: integer(),
        b: text({ required: true }),
        c: integer({ min: 5 }),
        d: text({ maxLength: 2 }),
        e: interval(),
        f: text(),
      },
      rules: (c) => ({ some: rule([c.a, c.c], (a, c) => a !== null && c !== null) }),
      star: { fact: 'f' },
    }),
  );
  const names = wide.columns.map(({ name }) => name);
  const six = { ...layout, header: names, fieldCount: 6, fieldOfColumn: names.map((_, c) => c) };
  const messages = async (record: string) => {
    const kernel = await createKernel();
    kernel.begin(
      { dialect: six, columns: wide.columns, fieldCount: 6, fieldOfColumn: six.fieldOfColumn, places: true },
      { byteStart: 0, skipBytes: 0 },
    );
    const bytes = Buffer.from(`${record}\n`);
    kernel.inputSpace().set(bytes);
    kernel.filled(bytes.length, true);
    return convertFallbacks(wide, kernel.next()!).rejects.map((raw) => {
      const { code, column, message } = ledgerReject(raw, wide, six as FileLayout, 1);
      return [code, column, message];
    });
  };
  expect(await messages('one,,three,long,soon,fine')).toEqual([
    [
      'LF_REJECT_TYPE',
      'a',
      'a: "one" is not an integer. Also: b is required and has no value. c: "three" is not an integer.',
    ],
  ]);
  const [[code, column, message]] = await messages('1,b,7,long,soon,fine');
  expect([code, column]).toEqual(['LF_REJECT_TYPE', 'e']);
  expect(message).toMatch(/^e: "soon" is not an interval \(.*\)\. Also: d: "long" is shorter or longer than/);
  expect(await messages('1,b,7,ok,P1D,fine')).toEqual([]);
});

it('says what a time and an interval must look like', () => {
  const timed = compileDataset(
    defineDataset({ name: 'x', columns: { a: time(), b: interval() }, star: { fact: 'f' } }),
  );
  expect(messageOf('8:30,P1M', RejectReason.type, 0, timed)).toBe(
    'a: "8:30" is not a time (HH:mm:ss or HH:mm or HH:mm:ss.S).',
  );
  expect(messageOf('8:30,P1M', RejectReason.type, 1, timed)).toBe(
    'b: "P1M" is not an interval (P1DT2H30M, 26:30:00 or 1 day 02:30:00).',
  );
});

it('says where the first byte is that is not text', async () => {
  const kernel = await createKernel();
  const utf8 = Buffer.concat([Buffer.from('1,2\n\ufffdÄ'), Buffer.of(0xef, 0xbf), Buffer.from(',3\n')]);
  const columns = [
    { name: 'a', type: { kind: 'utf8' }, required: false, nulls: [] },
    { name: 'b', type: { kind: 'int32', min: 0, max: 9 }, required: false, nulls: [] },
  ] as const;
  kernel.begin(
    { dialect: { delimiter: ',', quote: '"', trim: false }, columns, fieldOfColumn: [0, 1], fieldCount: 2 },
    { byteStart: 100, skipBytes: 0 },
  );
  kernel.inputSpace().set(utf8);
  kernel.filled(utf8.length, true);
  const [raw] = kernel.next()!.rejects;
  expect(ledgerReject(raw, dataset, layout, 1)).toMatchObject({
    ...{ byteOffset: 104, line: 2 },
    message: 'a contains bytes that are not valid utf-8, the first at byte 109 of the file.',
  });
  const wide = { ...raw, byteOffset: 100, raw: 'aé\ufffd', validBytes: 3 };
  expect(ledgerReject(wide, dataset, { ...layout, encoding: 'utf-16le' }, 1).message).toMatch(/byte 104 /);
});
