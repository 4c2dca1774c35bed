/**
 * Documents and lines of JSON, cut into chunks as a scan cuts them: the records of the chunks are those of JSON.parse,
 * and their numbers have the digits of the file.
 */

import { findRecords } from '../../../kernel/json/document.ts';
import type { JsonFormat } from '../../../kernel/json/fields.ts';
import type { JsonKernelOptions } from '../../../kernel/json/json-kernel.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { Kernel } from '../../../kernel/types.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { DocumentCutter } from '../../../workers/scan/document-cutter.ts';
import { type Cutter, RecordCutter } from '../../../workers/scan/record-cutter.ts';
import { readJson, type Seen } from '../../kernel/json/read-json.ts';
import { arrayRecords, type KeyPath, lineRecords, withoutNul } from '../../oracle/json-records.ts';
import { checkGuards } from '../guarded.ts';
import { mutate } from '../mutate.ts';
import type { Chance } from '../random.ts';
import { expectSame, type Input, type Target } from '../target.ts';

interface JsonInput extends Input {
  readonly options: {
    readonly kind: JsonFormat['kind'];
    /** Of a document: the keys that lead to its records, and what stands before and after these. */
    readonly keys: readonly string[];
    readonly before: string;
    readonly after: string;
    readonly reader: JsonKernelOptions;
    readonly piece: number;
    readonly chunkBytes: number;
  };
}

const paths: readonly KeyPath[] = [['id'], ['a', 'b'], ['a', 'c d'], ['n'], ['list']];
const fields = ['$.id', '$.a.b', "$.a['c d']", '$.n', '$.list'].map((path) => ({ path }));

const readers: readonly JsonKernelOptions[] = [{ windowBytes: 64 }, { windowBytes: 300 }, {}];
/** Lines are cut as the layout of NDJSON says. */
const lines = { delimiter: ',', quote: null, trim: false, lineEnds: 'lf' } as const;

const numbers = [
  '0',
  '-0',
  '1.10',
  '12345678901234567890.000000000001',
  '1e400',
  '-1E+2',
  '9007199254740993',
];
const texts = [
  ...[
    '"a"',
    '""',
    '"é😀"',
    '"\\u00e9\\ud83d\\ude00"',
    '"\\\\"',
    '"\\""',
    '"a,b\\n]}"',
    '"\\u0000"',
    '"\\ud800"',
  ],
  `"${'x'.repeat(70)}"`,
];
const keys = ['id', 'a', 'n', 'list', 'b', 'c d', 'x', '\\u0069d'];
const corpus = Buffer.from(
  '{"id":1,"a":{"b":"x","c d":[1,{"]":"}"}]},"n":1.10,"list":[]},\n[[{"":null}]]\\"{}}},,',
);

function anyValue(chance: Chance, depth: number): string {
  const gap = chance.once(6) ? chance.of([' ', '\t', ' \r']) : '';
  const way = chance.below(depth > 3 ? 6 : 9);
  if (way < 2) return chance.of(numbers);
  if (way < 5) return chance.of(texts);
  if (way === 5) return chance.of(['true', 'false', 'null', '[]', '{}']);
  if (way === 6) return `[${gap}${chance.list(3, () => anyValue(chance, depth + 1)).join(`${gap},`)}${gap}]`;
  return anyObject(chance, depth + 1);
}

function anyObject(chance: Chance, depth = 0): string {
  const gap = chance.once(6) ? ' ' : '';
  const left = [...keys];
  const members = chance.list(5, () => {
    // Once in a while a key comes twice.
    const key = chance.once(20) ? chance.of(keys) : left.splice(chance.below(left.length), 1)[0];
    const value = key === 'a' && !chance.once(6) ? anyObject(chance, depth + 1) : anyValue(chance, depth);
    return `${gap}"${key}":${gap}${value}`;
  });
  return `{${members.join(`${gap},`)}${gap}}`;
}

function make(chance: Chance): JsonInput {
  const kind = chance.of(['json', 'ndjson'] as const);
  const wrapping = kind === 'ndjson' ? 0 : chance.below(3);
  const separator =
    kind === 'json' ? chance.of([',', ', ', '\n,', ',\n']) : chance.of(['\n', '\r\n', '\n\n']);
  const record = () => (chance.once(8) ? anyValue(chance, 0) : anyObject(chance));
  const records = Buffer.from(chance.list(chance.once(20) ? 60 : 8, record).join(separator));
  const wrappings = [
    { keys: [], before: chance.of(['', '\ufeff', ' \n']) + (kind === 'json' ? '[' : ''), after: ']' },
    { keys: ['orders'], before: '{"x":[{"orders":[1]}], "orders" : [', after: '],"y":"]"}' },
    { keys: ['data', 'c d'], before: '\n{"data":{"c d":[', after: '] } , "c d":[{}]}\n' },
  ];
  const { after, ...around } = wrappings[wrapping];
  return {
    bytes: chance.once(3) ? records : mutate(chance, records, corpus),
    options: {
      ...{ kind, ...around, after: kind === 'json' ? after : '' },
      reader: chance.of(readers),
      piece: chance.of([1, 3, 17, 64, 5000]),
      chunkBytes: chance.of([1, 1, 20, 90, 1000]),
    },
  };
}

let inner: Promise<Kernel> | undefined;

async function check({ bytes: records, options }: JsonInput): Promise<void> {
  const { kind, keys, piece, chunkBytes, reader } = options;
  const [before, after] = [Buffer.from(options.before), Buffer.from(options.after)];
  const bytes = Buffer.concat([before, records, after]);
  const format: JsonFormat = { kind, records: keys, fields };
  let start = before.length;
  if (kind === 'json') {
    const found = findRecords(bytes, keys, true);
    expectSame(found, { at: start, hasNone: false }, 'the records begin');
  } else if (options.before !== '\ufeff') start = 0;
  const cutter: Cutter =
    kind === 'json'
      ? new DocumentCutter(keys, 'fuzz', chunkBytes, null)
      : new RecordCutter(lines, chunkBytes, null);
  const isWhole = await cut(cutter, bytes, start, piece);
  if (kind === 'json') expectWhole(bytes, start, keys.length + 1, isWhole);
  if (!isWhole) return;
  inner ??= createKernel();
  const seen: Pick<Seen, 'byteOffset' | 'raw' | 'values'>[] = [];
  let end = start;
  for (const chunk of cutter.chunks) {
    if (chunk.start !== end)
      throw new Error(`a chunk begins at ${chunk.start}, and the one before ends at ${end}`);
    end = chunk.end;
    const linesBefore = bytes.subarray(0, chunk.start).filter((byte) => byte === 10).length;
    if (chunk.lines !== linesBefore)
      throw new Error(`${chunk.lines} lines are before a chunk, not ${linesBefore}`);
    const part = readJson(await inner, bytes.subarray(chunk.start, chunk.end), format, {
      ...{ ...reader, piece, byteStart: chunk.start, dictionaries: [3] },
    });
    seen.push(...part.map(({ byteOffset, raw, values }) => ({ byteOffset, raw, values })));
  }
  checkGuards();
  const oracle = kind === 'json' ? arrayRecords : lineRecords;
  const wanted = withoutNul(oracle(bytes.subarray(start), paths));
  expectSame(
    seen,
    wanted.map((one) => ({ ...one, byteOffset: one.byteOffset + start })),
    `${cutter.chunks.length} chunks of ${kind} read`,
  );
}

/** Whether the document is whole: a cut that finds that it is not throws LF_JSON_DOCUMENT. */
async function cut(cutter: Cutter, bytes: Buffer, start: number, piece: number): Promise<boolean> {
  try {
    cutter.begin(start, bytes.subarray(0, start).filter((byte) => byte === 10).length);
    for (let at = start; at < bytes.length; at += piece) await cutter.push(bytes.subarray(at, at + piece));
    await cutter.end();
    return true;
  } catch (error) {
    if (error instanceof LandfallError && error.code === 'LF_JSON_DOCUMENT') return false;
    throw error;
  }
}

/** What JSON.parse takes is whole; what has no end of its array, of an object around it or of a text is not. */
function expectWhole(bytes: Buffer, start: number, depthOfArray: number, isWhole: boolean): void {
  const text = bytes.toString('latin1');
  let valid = true;
  try {
    JSON.parse(bytes.toString().replace(/^\ufeff/, ''));
  } catch {
    valid = false;
  }
  const hasKeyTwice = /"(orders|data|c d)".*"\1"/s.test(text.slice(start));
  if (valid && !isWhole && !hasKeyTwice) throw new Error('a document that JSON.parse takes is refused');
  // A closing brace too many within the array is a record that is rejected.
  let depth = depthOfArray;
  let isOpen = false;
  for (const [token] of text.slice(start).matchAll(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[[{\]}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || (token === '}' && depth !== depthOfArray)) depth--;
    isOpen = token.startsWith('"') && !/^"(?:[^"\\]|\\[\s\S])*"$/.test(token);
    if (depth < depthOfArray) depthOfArray = -1;
  }
  if (isWhole && (isOpen || depth !== 0)) throw new Error(`a document is taken whose end is ${depth} deep`);
}

export const jsonTarget: Target<JsonInput> = { name: 'json', weight: 3, make, check };
