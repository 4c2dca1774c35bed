/** The text of a definition says what went in: it is imported as the registry does, and compiled. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { definitionsIn, type ImportFile, openImports } from '../../../../model/definitions/import-file.ts';
import { matchHeader } from '../../../../model/file/match-header.ts';
import { columnNames } from '../../../../model/infer/column-names.ts';
import type { ColumnGuess, FoundColumn, PredictedReject, Remark } from '../../../../model/infer/contract.ts';
import { type DefinitionInput, definitionSource } from '../../../../model/infer/source/definition-source.ts';
import { findings } from '../../../../model/infer/source/findings.ts';
import { widthOf } from '../../../../model/infer/source/print-expression.ts';
import { summary } from '../../../../model/infer/source/summary.ts';
import { chooseStar } from '../../../../model/infer/star/choose-star.ts';
import type { Definition } from '../../../../model/language/define.ts';
import { tempFolder } from '../../../support/index.ts';
import { plays } from '../../../support/long.ts';
import { type Cells, factsOf, foundColumns } from '../support.ts';

let folder: string;
let load: ImportFile;
let loadUntyped: ImportFile;
let files = 0;

beforeAll(async () => {
  folder = tempFolder();
  load = await openImports({});
  loadUntyped = await openImports({ untyped: true });
});

/** Imports the text as a definition file, and as `landfall init` does to try it. */
async function imported(text: string): Promise<Definition> {
  const file = join(folder, `${files++}.ts`);
  writeFileSync(file, text);
  const [definition] = await definitionsIn({ file, named: true }, load);
  const [tried] = await definitionsIn({ file, named: true }, loadUntyped);
  expect(inspect(tried, { depth: 20 })).toBe(inspect(definition, { depth: 20 }));
  return definition;
}

const inputOf = (
  columns: readonly FoundColumn[],
  rows: Cells,
  rest: Partial<DefinitionInput> = {},
): DefinitionInput => ({
  dataset: 'd',
  files: ['d.csv'],
  dialect: { dialect: {}, header: [], fieldCount: columns.length, remarks: [] },
  columns,
  star: chooseStar({ dataset: rest.dataset ?? 'd', columns, rows, rowCount: rows.length }),
  rejects: [],
  rowCount: rows.length,
  whole: true,
  ...rest,
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      "'",
      '"',
      '`',
      '\\',
      '\n',
      '\r',
      '\u2028',
      '\u2029',
      '\ud800',
      '*/',
      '//',
      '${',
      '\u202e',
      '\0',
      '数',
      '😀',
      'e\u0301',
    ),
  }),
  fc.constantFrom(
    '',
    '*/ }); process.exit(1); //',
    "'});//",
    '\n});\nthrow 1;\n',
    'x'.repeat(300),
    '\\',
    '\ud83d',
  ),
);
const remark: fc.Arbitrary<Remark> = fc.record({ kind: fc.constantFrom('evidence', 'check'), text: anyText });
const texts = fc.uniqueArray(anyText, { maxLength: 3 });

const options: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  smallint: fc.record(
    { min: fc.integer({ min: -9, max: 0 }), max: fc.integer({ min: 1, max: 9 }) },
    { requiredKeys: [] },
  ),
  integer: fc.record(
    { oneOf: fc.array(fc.integer(), { minLength: 1, maxLength: 30 }) },
    { requiredKeys: [] },
  ),
  bigint: fc.constant({}),
  numeric: fc.record({ min: fc.constant(-0.5) }, { requiredKeys: [] }),
  float8: fc.record({ nonFinite: fc.constantFrom('null', 'keep') }, { requiredKeys: [] }),
  boolean: fc.constantFrom({}, { true: ["j'a", 'да'], false: ['nein', '"n"'] }),
  uuid: fc.constant({}),
  point: fc.constantFrom({}, { form: 'latlon' }),
  json: fc.constant({}),
  date: fc.record(
    {
      formats: fc.constantFrom(['d.M.yyyy'], ['yyyy-MM-dd', "d MMM''yyyy"]),
      locale: fc.constantFrom('en', 'ru'),
    },
    { requiredKeys: [] },
  ),
  timestamp: fc.record(
    {
      formats: fc.constantFrom(['yyyy-MM-dd HH:mm:ss', 'M/d/yyyy H:mm', 'yyyy-MM-ddTHH:mm:ss.SSSX']),
      zone: fc.constant('Europe/Prague'),
    },
    { requiredKeys: [] },
  ),
  time: fc.constantFrom({}, { formats: ['H:mm'] }),
  interval: fc.constant({}),
  text: fc.record(
    { oneOf: texts.filter((some) => some.length > 0), pattern: fc.constantFrom(/^[a-z/]+$/u, /\//) },
    { requiredKeys: [] },
  ),
};

const guess: fc.Arbitrary<ColumnGuess> = fc.constantFrom(...Object.keys(options)).chain((type) =>
  fc.record({
    type: fc.constant(type as ColumnGuess['type']),
    ...(type === 'numeric' && { digits: fc.constantFrom([10, 2] as const, [38, 0] as const) }),
    options: options[type],
    nulls: texts.map((some) => some.filter((text) => text !== '')),
    remarks: fc.array(remark, { maxLength: 2 }),
  }),
) as fc.Arbitrary<ColumnGuess>;

const cell = fc.oneof(fc.constantFrom(null, 'a', 'b', '1', '2024-01-01'), anyText);
const arbitraryInput: fc.Arbitrary<{ input: DefinitionInput; headers: string[] }> = fc
  .record({
    headers: fc.array(anyText, { minLength: 1, maxLength: 8 }),
    guesses: fc.array(guess, { minLength: 8, maxLength: 8 }),
    optional: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    few: fc.array(fc.array(cell, { minLength: 8, maxLength: 8 }), { maxLength: 6 }),
    times: fc.constantFrom(1, 40),
    dataset: fc.constantFrom('d', 'a-b', 'd'.repeat(40)),
    names: fc.array(anyText, { maxLength: 5 }),
    remarks: fc.array(remark, { maxLength: 2 }),
    dialect: fc.constantFrom(
      {},
      { delimiter: '\t', quote: null },
      { delimiter: ';', escape: '\\', header: false, skipLines: 2, encoding: 'windows-1252' } as const,
      { quote: "'", trim: true, comment: '#' },
    ),
    rejects: fc.array(
      fc.record({
        line: fc.nat(),
        code: fc.constant('LF_REJECT_TYPE'),
        column: fc.option(fc.constant('a')),
        message: anyText,
      }),
      { maxLength: 7 },
    ) as fc.Arbitrary<PredictedReject[]>,
    limit: fc.constantFrom(undefined, { share: 0.02 }),
    whole: fc.boolean(),
    starRemarks: fc.array(remark, { maxLength: 2 }),
  })
  .map(
    ({
      headers,
      guesses,
      optional,
      few,
      times,
      dataset,
      names,
      remarks,
      dialect,
      rejects,
      limit,
      whole,
      starRemarks,
    }) => {
      const points = new Set(headers.flatMap((_, c) => (guesses[c].type === 'point' ? [c] : [])));
      const rows = Array.from({ length: times }, () => few).flat();
      const columns = columnNames(headers, headers.length, [], points).map(
        (found, c): FoundColumn => ({
          ...found,
          optional: optional[c],
          guess: guesses[c],
          facts: { ...factsOf(rows, c), misfits: [{ text: headers[c], line: 7 }], misfitRows: c % 3 },
        }),
      );
      const input = inputOf(columns, rows, {
        ...{ dataset, files: names, rejects, whole },
        dialect: { dialect, header: headers, fieldCount: headers.length, remarks },
        ...(limit && { rejectLimit: limit }),
      });
      return {
        headers,
        input: { ...input, star: { ...input.star, remarks: [...input.star.remarks, ...starRemarks] } },
      };
    },
  );

/** What a column's options must be. */
function expectedOptions({
  guess: { type, options: said, nulls },
  aliases,
  optional,
  facts,
}: FoundColumn): object {
  return {
    ...(!optional && facts.rows > 0 && facts.nulls === 0 && { required: true }),
    ...(optional && { optional: true }),
    ...(nulls.length > 0 && { nulls: type === 'text' ? ['', ...nulls] : nulls }),
    ...said,
    ...(aliases.length > 0 && { aliases }),
  };
}

describe('any findings', () => {
  test('become a definition that compiles and says the same', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryInput, async ({ input, headers }) => {
        const definition = await imported(definitionSource(input));
        const { source } = definition;
        expect(Object.keys(source.columns)).toEqual(input.columns.map(({ name }) => name));
        for (const column of input.columns) {
          const written = source.columns[column.name];
          const retyped = Object.hasOwn(input.star.retyped, column.name)
            ? input.star.retyped[column.name]
            : column.guess;
          expect(written.type).toBe(retyped.type);
          expect(written.options).toEqual(expectedOptions(column));
          if (retyped.digits)
            expect(written.logical).toMatchObject({ precision: retyped.digits[0], scale: retyped.digits[1] });
        }
        expect(source.dialect ?? {}).toEqual(input.dialect.dialect);
        expect(source.rejects).toEqual(input.rejectLimit);
        const compiled = compileDataset(definition);
        expect(compiled.star?.fact).toBe(input.star.star?.fact);
        expect(compiled.lake.partitionBy.map(({ name }) => name)).toEqual(
          input.star.partitions.map(({ name }) => name),
        );
        const keys = [
          ...(input.star.star?.dimensions ?? []),
          ...(input.star.star?.date ? [input.star.star.date] : []),
        ];
        const factKeys = compiled
          .star!.columns.filter(({ kind }) => kind === 'dimension')
          .map(({ name }) => name);
        expect(factKeys).toEqual(keys.map(({ role }) => role));
        expect(matchHeader(compiled, headers, headers.length)).toEqual(headers.map((_, i) => i));
      }),
      { numRuns: plays(80, 2_000) },
    );
  });

  test('become text that no comment breaks out of, in lines that can be read', () => {
    fc.assert(
      fc.property(arbitraryInput, ({ input }) => {
        const text = definitionSource(input);
        expect(text).not.toMatch(/[^\n\P{Cc}]|[\u2028\u2029\u202e\ufeff]/u);
        expect(text).not.toMatch(/\p{Cs}/u);
        const comments = text.split('\n').filter((line) => line.trim().startsWith('//'));
        expect(comments.filter((line) => widthOf(line) > 110)).toEqual([]);
      }),
    );
  });

  test('become lines for a terminal, and JSON', () => {
    fc.assert(
      fc.property(arbitraryInput, ({ input }) => {
        for (const line of summary(input)) {
          expect(widthOf(line)).toBeLessThanOrEqual(100);
          expect(line).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
        }
        const found = findings(input);
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
        expect(found.columns.map(({ name }) => name)).toEqual(input.columns.map(({ name }) => name));
      }),
    );
  });
});

const table = (rows: number, row: (i: number) => (string | number | null)[]): Cells =>
  Array.from({ length: rows }, (_, i) => row(i).map((value) => (value === null ? null : String(value))));
const jump = (i: number, seed: number) => (Math.imul(i + 1, 2654435761 + seed * 40503) >>> 8) % 1_000_003;

const rides = (): DefinitionInput => {
  const half = (s: number) => [100 + s, `Station ${s}`, 40 + s / 100];
  const rows = table(600, (i) => [
    ...[i, `2024-01-${String(10 + (i % 20))} 10:00:00`],
    ...[...half(jump(i, 2) % 20), ...half(5 + (jump(i, 3) % 20)), i % 7 === 0 ? null : jump(i, 4), null, 'x'],
  ]);
  const header = ['rideId', 'Start Time', 'start station id', 'start station name', 'start station lat'];
  header.push('end station id', 'end station name', 'end station lat', 'Price ($)', 'unused', 'C#');
  const types = {
    start_time: {
      options: { formats: ['yyyy-MM-dd HH:mm:ss'], zone: 'UTC' },
      remarks: [{ kind: 'check', text: 'the file does not name its zone' }],
    },
    price_usd: {
      type: 'numeric',
      digits: [10, 2],
      nulls: ['-', 'n/a'],
      remarks: [{ kind: 'evidence', text: '2 formats' }],
    },
  } as const;
  const columns = foundColumns(header, rows, types).map((column) =>
    column.name === 'price_usd'
      ? { ...column, facts: { ...column.facts, misfits: [{ text: 'free\n', line: 1205 }], misfitRows: 1 } }
      : column,
  );
  const dialect = { delimiter: ';', encoding: 'windows-1252' } as const;
  return inputOf(columns, rows, {
    ...{ dataset: 'rides', files: ['/tmp/rides.csv'] },
    dialect: {
      dialect,
      header,
      fieldCount: 11,
      remarks: [{ kind: 'evidence', text: 'umlauts in windows-1252' }],
    },
    rejects: [{ line: 1205, code: 'LF_REJECT_TYPE', column: 'price_usd', message: '"free" is not a number' }],
    star: chooseStar({ dataset: 'rides', columns, rows, rowCount: 600 }),
  });
};

test('a definition reads as if a person had written it', async () => {
  await expect(definitionSource(rides())).toMatchFileSnapshot('rides-definition.txt');
});

test('a summary fits into a terminal', async () => {
  await expect(`${summary(rides()).join('\n')}\n`).toMatchFileSnapshot('rides-summary.txt');
});

test('findings have everything', () => {
  const { columns, star, partitions, checks, ...rest } = findings(rides());
  expect(rest).toMatchObject({
    dataset: 'rides',
    rows: 600,
    whole: true,
    rejectedRows: 1,
    dialect: { delimiter: ';' },
  });
  expect(columns[8]).toMatchObject({
    name: 'price_usd',
    aliases: ['Price ($)'],
    type: 'numeric',
    digits: [10, 2],
    nulls: ['-', 'n/a'],
  });
  expect(star).toMatchObject({
    fact: 'fact_rides',
    dimensions: [{ role: 'start_station_key' }, { role: 'end_station_key' }],
  });
  expect(partitions).toHaveLength(2);
  expect(checks).toEqual([
    'start_time: the file does not name its zone',
    "price_usd: 1 row does not fit: 'free\\n' (line 1,205)",
  ]);
});

test('a file without rows, one that is too wide, and one of very many columns are said', async () => {
  const none = inputOf(foundColumns(['id', 'name'], []), []);
  expect(definitionSource(none)).toContain('id: text(), // no rows');
  const wide = inputOf(
    foundColumns(
      Array.from({ length: 1700 }, (_, i) => `v${i}`),
      [Array(1700).fill('1')],
    ),
    [Array(1700).fill('1')],
  );
  const text = definitionSource(wide);
  expect(text).toMatch(/ {2}\/\/ check: .*1,600 in a\n? .*\n {2}star: 'none',/s);
  expect(compileDataset(await imported(text)).columns).toHaveLength(1700);
  expect(summary(wide)).toHaveLength(70 - 4);
});

describe('the text', () => {
  const samples = (): string[] =>
    [rides(), ...fc.sample(arbitraryInput, { numRuns: 30, seed: 7 }).map(({ input }) => input)].map(
      definitionSource,
    );

  test('is what TypeScript accepts under the types of the language', () => {
    const root = join(import.meta.dirname, '../../../..');
    const place = join(folder, 'typed');
    mkdirSync(place);
    samples().forEach((text, i) => {
      writeFileSync(join(place, `d${i}.ts`), text);
    });
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        rootDir: '/',
        paths: { landfall: [join(root, 'model/index.ts')] },
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['*.ts'],
      exclude: [],
    };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
    const run = () =>
      spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', place], { encoding: 'utf8' }).stdout;
    expect(run()).toBe('');
    // It does read them.
    writeFileSync(join(place, 'wrong.ts'), samples()[0].replace('c.start_time', 'c.strt_time'));
    expect(run()).toMatch(/wrong.ts.*strt_time/);
  });

  test('is laid out as the formatter of this repository would', () => {
    const root = join(import.meta.dirname, '../../../..');
    const place = join(folder, 'formatted');
    mkdirSync(place);
    const biome = () =>
      spawnSync(join(root, 'node_modules/.bin/biome'), ['format', `--config-path=${root}`, place], {
        encoding: 'utf8',
      });
    samples().forEach((text, i) => {
      writeFileSync(join(place, `d${i}.ts`), text);
    });
    const { status, stderr } = biome();
    expect(status, stderr).toBe(0);
    // It does look at them.
    writeFileSync(join(place, 'wrong.ts'), samples()[0].replace(',', ' ,'));
    expect(biome().status).toBe(1);
  });
});
