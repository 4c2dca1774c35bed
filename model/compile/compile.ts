/** Compiles a definition, as people write it, to a dataset, as coordinator and workers read it. */
import { LandfallError } from '../../platform/errors/errors.ts';
import type {
  CompiledColumn,
  CompiledDataset,
  CompiledDialect,
  CompiledLake,
  CompiledStar,
} from '../compiled.ts';
import { defaultRejectLimit } from '../file/reject-limit.ts';
import { type DatasetDefinition, type Definition, isDefinition } from '../language/define.ts';
import { compileReferences } from '../references/compile-references.ts';
import { shown } from '../words.ts';
import { compileMartCharts } from './compile-charts.ts';
import { compileChecks } from './compile-checks.ts';
import { compileColumns } from './compile-columns.ts';
import { dimensionsOf, sharedTables } from './compile-dimension.ts';
import { columnRefs, compileEnrichments, type Operation } from './compile-enrichments.ts';
import { compileExpect } from './compile-expect.ts';
import { checkIdentifier, type Names } from './compile-names.ts';
import { compileRules } from './compile-rules.ts';
import { compileMarts, compileQueries } from './compile-sql.ts';
import { compileLake, compileStar } from './compile-star.ts';
import { compileDialect } from './files/compile-dialect.ts';
import { compileDrift } from './files/compile-drift.ts';
import { compileFormat } from './files/compile-format.ts';
import { refuseUnknownMembers } from './members/unknown-members.ts';
import { Mistakes } from './mistakes.ts';
import { compileMode } from './modes/compile-mode.ts';
import { compileSources } from './sources/compile-sources.ts';
import { versionOf } from './version.ts';

/**
 * Checks a definition and compiles it. Throws LF_DEFINITION, which names every mistake with its place and what to
 * write instead.
 */
export function compileDataset(definition: Definition): CompiledDataset {
  if (!isDefinition(definition)) {
    const reason = 'it is not what defineDataset returned';
    throw new LandfallError('LF_DEFINITION_FILE', { file: 'A definition', reason });
  }
  const { source } = definition;
  const name = String(source.name);
  const mistakes = new Mistakes();
  checkOutline(source, mistakes);
  const isSound = mistakes.count === 0;
  refuseUnknownMembers(source, mistakes);
  if (!isSound) mistakes.refuse(name);

  const dialect = compileDialect(source, mistakes);
  const format = compileFormat(source, mistakes);
  const refs = columnRefs(source);
  const names: Names = new Map();
  for (const [column, { logical, options }] of Object.entries(source.columns)) {
    checkIdentifier(column, `columns.${column}`, mistakes);
    names.set(column, { logical, notNull: options.required === true });
  }
  const enrichments = compileEnrichments(source, refs, names, mistakes);
  const rules = compileRules(source, refs, mistakes);
  const { operations } = enrichments;
  const operationOf = new Map(operations.map((entry) => [entry.name, String(entry.operation[0])]));
  const drift = compileDrift(source, names, mistakes);
  const mode = compileMode(source, names, drift.keep, rules.unique, mistakes);
  const lake = compileLake(source, names, operationOf, drift.keep, mode, mistakes);
  const star = compileStar(source, names, drift.keep, mode, mistakes);
  const columns = compileColumns(source, distinctTexts(source, operations), mistakes);
  const rejectLimit = compileRejects(source, mistakes);
  const marts = compileMarts(source, star, mistakes);
  const charts = compileMartCharts(source, marts, mistakes);
  const checks = compileChecks(source, star, mistakes);
  const queries = compileQueries(source, mistakes);
  const expected = compileExpect(source.expect, mistakes);
  const sources = compileSources(source, format, mistakes);
  const references = compileReferences(enrichments.references, mistakes, compileDataset);
  mistakes.refuse(name);

  const written = Object.values(source.columns);
  const parsed = columns.map((column, c) => versioned(column, written[c].options));
  const version = versionOf({
    ...{ name, dialect: versionedDialect(dialect), columns: parsed, operations, rules: rules.operations },
    ...{
      lake: versionedLake(lake),
      star: star && versionedStar(star),
      rejectLimit,
      ...(source.drift && { drift }),
    },
    ...(mode.kind !== 'append' && { mode }),
    ...(format && { format }),
    // What is read of them, and how; not where they come from.
    ...(references.length > 0 && { references: references.map(({ name, table }) => [name, table.version]) }),
  });
  return {
    ...{ name, description: source.description ?? '', version, dialect, columns },
    ...(format && { format }),
    ...{
      enrichments: enrichments.compiled,
      rules: rules.rules,
      unique: rules.unique,
      lake,
      star,
      sharedTables: sharedTables(source),
      drift,
      rejectLimit,
    },
    ...{ mode, versions: source.versions ?? 'add', marts, charts, checks, queries, ...expected, sources },
    ...(references.length > 0 && { references }),
  };
}

/** What the version covers of a column: a zone by its name, not by the tables of this machine's Intl. */
function versioned(
  { convert: _, type, aliases, ...column }: CompiledColumn,
  { convert, locale }: VersionedOptions,
) {
  const plain =
    type.kind === 'timestamp' ? { ...type, zone: { ...type.zone, utc: null, offset: null } } : type;
  return { ...column, ...(aliases.length > 0 && { aliases }), type: plain, convert, locale };
}

/** What the version covers of a dialect: members that were added later count where they are not the default. */
function versionedDialect({ headerRows, blankRows, ...dialect }: CompiledDialect) {
  return { ...dialect, ...(headerRows !== 1 && { headerRows }), ...(blankRows !== 'read' && { blankRows }) };
}

/** What the version covers of the lake: not how its bytes are compressed. */
function versionedLake({ compression: _, ...lake }: CompiledLake): Omit<CompiledLake, 'compression'> {
  return lake;
}

/** What the version covers of a star: its mode stands beside it. */
function versionedStar({ keyed: _, ...star }: CompiledStar): Omit<CompiledStar, 'keyed'> {
  return star;
}

type VersionedOptions = DatasetDefinition['columns'][string]['options'];

/** Checks the parts that all other parts depend on. */
function checkOutline(source: DatasetDefinition, mistakes: Mistakes): void {
  if (typeof source.name !== 'string' || !/^[a-z0-9][a-z0-9_-]*$/.test(source.name)) {
    mistakes.add(
      'name',
      `${shown(source.name)} is not a name`,
      'Use lower case letters, digits, - and _; it names folders',
    );
  }
  if (Object.keys(source.columns ?? {}).length === 0) {
    mistakes.add('columns', 'there are none', "Name the file's columns: columns: { region: text(), … }");
  }
  for (const [name, column] of Object.entries(source.columns ?? {})) {
    if (column?.logical === undefined) {
      mistakes.add(
        `columns.${name}`,
        'it is not a column',
        'Use the result of text(), integer() or another builder',
      );
    }
  }
  if (source.star === 'none') refuseStarless(source, mistakes);
  else if (typeof source.star?.fact !== 'string') {
    const fix = "Say star: { fact: 'fact_…' }, or star: 'none' for a dataset with the lake alone";
    mistakes.add('star.fact', 'the fact table has no name', fix);
  }
  if (!['add', 'replace', 'refuse'].includes(source.versions ?? 'add')) {
    mistakes.add('versions', `there is no ${source.versions}`, "Say 'add', 'replace' or 'refuse'");
  }
}

/** Refuses what reads the star in a dataset that has none. */
function refuseStarless(source: DatasetDefinition, mistakes: Mistakes): void {
  for (const part of ['marts', 'checks', 'queries'] as const) {
    if (Object.keys(source[part] ?? {}).length === 0) continue;
    const fix = `Remove the ${part}, or give the dataset a star: star: { fact: 'fact_…' }`;
    mistakes.add(part, `${part} are SQL over the star, but the dataset has none`, fix);
  }
}

function compileRejects(source: DatasetDefinition, mistakes: Mistakes): CompiledDataset['rejectLimit'] {
  const { share = defaultRejectLimit.share, count = defaultRejectLimit.count } = source.rejects ?? {};
  // Who says a share of 0 means none.
  const { atLeast = share === 0 ? 0 : defaultRejectLimit.atLeast } = source.rejects ?? {};
  if (!(share >= 0 && share <= 1))
    mistakes.add('rejects.share', `${share} is not a share`, 'Say 0 to 1; 0.01 is one row in a hundred');
  for (const [name, rows] of Object.entries({ atLeast, count })) {
    if (!(Number.isInteger(rows) && rows >= 0))
      mistakes.add(`rejects.${name}`, `${rows} is not a number of rows`, 'Say 0 or more');
  }
  if (source.rejects?.atLeast !== undefined && atLeast > count) {
    const fix = 'Say a smaller atLeast, or a larger count';
    mistakes.add('rejects.atLeast', `${atLeast} is more than the count, ${count}`, fix);
  }
  return { share, atLeast, count };
}

/**
 * Text columns that the kernel should hold as codes of a dictionary: columns that partition the lake, become
 * members, are looked up in a table, or have only a few values. If every row has a different value, a dictionary
 * takes ten times the memory of the texts. So plain facts, and members with hashed keys, have none.
 */
function distinctTexts(source: DatasetDefinition, operations: readonly Operation[]): Set<string> {
  const listed = Object.entries(source.columns).filter(([, { options }]) => options.oneOf !== undefined);
  const used = new Set<string>([...(source.lake?.partitionBy ?? []), ...listed.map(([name]) => name)]);
  for (const dimension of Object.values(dimensionsOf(source))) {
    if (dimension.kind !== 'lookup' || dimension.keys === 'hashed') continue;
    for (const name of Object.values(dimension.natural)) used.add(name);
    for (const name of Object.values(dimension.attributes)) used.add(name);
  }
  for (const { inputs, operation } of operations) {
    if (operation[0] === 'lookupTable' || operation[0] === 'join')
      for (const input of inputs) used.add(input);
  }
  return used;
}
