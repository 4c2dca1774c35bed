/** Columns as written → columns as the kernel is told about them. */
import type { KernelType } from '../../kernel/types.ts';
import type { AnyColumnOptions, Column } from '../columns.ts';
import type { CompiledColumn, Converter } from '../compiled.ts';
import { formatTokens, hasMonthName } from '../convert/formats.ts';
import { dateConverter, timestampConverter } from '../convert/times.ts';
import { jsonConverter } from '../convert/values.ts';
import type { DatasetDefinition } from '../define.ts';
import { normaliseHeader } from '../header.ts';
import { didYouMean, list, type Mistakes } from '../mistakes.ts';
import { isZone, zoneTable } from '../zones.ts';

const limits = { smallint: [-32768, 32767], integer: [-2147483648, 2147483647] } as const;
const zonePolicies = ['earlier', 'later', 'reject'];
export const defaultDateFormats = ['yyyy-MM-dd'];
export const defaultTimestampFormats = ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss'];

/** `inDictionary`: text columns whose distinct values are needed (keys, partitions, facts). */
export function compileColumns(
  source: DatasetDefinition,
  inDictionary: ReadonlySet<string>,
  mistakes: Mistakes,
): CompiledColumn[] {
  const columns = Object.entries(source.columns).map(([name, column]) =>
    compileColumn(name, column, source.nulls ?? [''], inDictionary.has(name), mistakes),
  );
  refuseSharedHeaders(columns, mistakes);
  return columns;
}

function compileColumn(
  name: string,
  column: Column,
  datasetNulls: readonly string[],
  inDictionary: boolean,
  mistakes: Mistakes,
): CompiledColumn {
  const place = `columns.${name}`;
  const { options, logical } = column;
  if (options.required && options.optional) {
    mistakes.add(
      place,
      'it is required and optional at once',
      'Keep `required` if every row must have a value, `optional` if files may lack the column',
    );
  }
  checkType(place, column, mistakes);
  const convert = converterOf(column);
  const kept = column.type === 'text' && options.nulls !== undefined ? [] : datasetNulls;
  return {
    name,
    type: kernelType(column, inDictionary),
    required: options.required ?? false,
    optional: options.optional ?? false,
    nulls: [...new Set([...kept, ...(options.nulls ?? [])])],
    headers: [...new Set([name, ...(options.aliases ?? [])].map(normaliseHeader))],
    logical,
    ...(convert === undefined ? {} : { convert }),
  };
}

/** Formats that the column's texts are tried with. */
function formatsOf({ type, options }: Column): readonly string[] {
  return options.formats ?? (type === 'date' ? defaultDateFormats : defaultTimestampFormats);
}

function isTemporal(column: Column): boolean {
  return column.type === 'date' || column.type === 'timestamp';
}

function kernelType(column: Column, inDictionary: boolean): KernelType {
  const { logical, options } = column;
  if (isTemporal(column) && formatsOf(column).some(hasMonthName)) return { kind: 'utf8' };
  switch (logical.type) {
    case 'text':
      return { kind: options.encoding ?? (inDictionary ? 'dictionary' : 'utf8') };
    case 'smallint':
    case 'integer': {
      const [min, max] = limits[logical.type];
      return {
        kind: 'int32',
        min: Math.max(min, Number(options.min ?? min)),
        max: Math.min(max, Number(options.max ?? max)),
      };
    }
    case 'bigint':
      return { kind: 'int64' };
    case 'numeric':
      return { kind: 'decimal', precision: logical.precision, scale: logical.scale };
    case 'float8':
      return { kind: 'float64' };
    case 'boolean':
    case 'uuid':
      return { kind: logical.type };
    case 'date':
      return { kind: 'date', formats: formatsOf(column) };
    case 'timestamp':
      return { kind: 'timestamp', formats: formatsOf(column), zone: zoneOf(options) };
    case 'point':
      return { kind: 'point', form: options.form ?? 'wkt' };
    case 'json':
      return { kind: 'utf8' };
  }
}

function zoneOf({ zone = 'UTC', ambiguous = 'reject', skipped = 'reject' }: AnyColumnOptions) {
  return zoneTable(isZone(zone) ? zone : 'UTC', { ambiguous, skipped });
}

/** Set for types that the kernel hands over as text, and for text that people want changed. */
function converterOf(column: Column): Converter | undefined {
  const { type, options } = column;
  if (type === 'json') return jsonConverter;
  if (type === 'text') return options.convert;
  if (!isTemporal(column) || !formatsOf(column).some(hasMonthName)) return undefined;
  const locale = options.locale ?? 'en';
  if (type === 'date') return dateConverter(formatsOf(column), locale);
  return timestampConverter(formatsOf(column), locale, zoneOf(options));
}

function checkType(place: string, column: Column, mistakes: Mistakes): void {
  const { logical, options } = column;
  if (logical.type === 'numeric') {
    const { precision, scale } = logical;
    if (!(Number.isInteger(precision) && precision >= 1 && precision <= 18)) {
      mistakes.add(
        place,
        `numeric has 1 to 18 digits, not ${precision}`,
        'Use float8 or text for longer numbers',
      );
    } else if (!(Number.isInteger(scale) && scale >= 0 && scale <= precision)) {
      mistakes.add(
        place,
        `of ${precision} digits, ${scale} cannot follow the point`,
        `Say 0 to ${precision}`,
      );
    }
  }
  if (logical.type === 'timestamp') checkZone(place, options, mistakes);
  if (isTemporal(column)) checkFormats(place, column, mistakes);
  if (options.locale !== undefined && options.locale !== 'en' && options.locale !== 'ru') {
    mistakes.add(`${place}.locale`, `there are no month names for ${options.locale}`, "Say 'en' or 'ru'");
  }
  if (options.encoding !== undefined && !['dictionary', 'utf8'].includes(options.encoding)) {
    mistakes.add(`${place}.encoding`, `there is no ${options.encoding}`, "Say 'dictionary' or 'utf8'");
  }
  if (options.form !== undefined && !['wkt', 'latlon'].includes(options.form)) {
    mistakes.add(`${place}.form`, `there is no ${options.form}`, "Say 'wkt' or 'latlon'");
  }
}

function checkZone(place: string, options: AnyColumnOptions, mistakes: Mistakes): void {
  const { zone = 'UTC' } = options;
  if (!isZone(zone)) {
    const proposal = didYouMean(zone, Intl.supportedValuesOf('timeZone')).slice(0, 80);
    mistakes.add(`${place}.zone`, `there is no time zone ${zone}`, `Use an IANA name. ${proposal}`);
  }
  for (const policy of ['ambiguous', 'skipped'] as const) {
    const said = options[policy];
    if (said !== undefined && !zonePolicies.includes(said)) {
      mistakes.add(`${place}.${policy}`, `there is no ${said}`, `Say ${list(zonePolicies)}`);
    }
  }
}

function checkFormats(place: string, column: Column, mistakes: Mistakes): void {
  const formats = formatsOf(column);
  if (formats.length === 0) {
    mistakes.add(`${place}.formats`, 'there is none', `Leave it out for ${defaultDateFormats[0]}`);
  }
  for (const format of formats) {
    const tokens = formatTokens(format);
    const fields = tokens.flatMap(({ kind, text }) => (kind === 'field' ? [text] : []));
    const unknown = tokens.filter(({ kind }) => kind === 'unknown').map(({ text }) => text);
    const where = `${place}.formats ${JSON.stringify(format)}`;
    if (unknown.length > 0) {
      mistakes.add(
        where,
        `${list([...new Set(unknown)])} mean nothing in a format`,
        "Put letters that stand for themselves between single quotes; an offset is X, a month's name MMMM",
      );
    }
    for (const letter of ['y', 'M', 'd']) {
      if (fields.filter((field) => field.startsWith(letter)).length !== 1) {
        mistakes.add(
          where,
          `it must have one ${nameOf[letter]}`,
          'Write yyyy, M or MM or MMMM, and d or dd once each',
        );
      }
    }
    if (column.type === 'date' && fields.some((field) => /^[HhmsSaX]/.test(field))) {
      mistakes.add(where, 'a date has no time of day', 'Use timestamp, or leave the time out of the format');
    }
  }
}

const nameOf: Readonly<Record<string, string>> = { y: 'year', M: 'month', d: 'day' };

/** Two columns that the same header would mean. */
function refuseSharedHeaders(columns: readonly CompiledColumn[], mistakes: Mistakes): void {
  const owner = new Map<string, string>();
  for (const { name, headers } of columns) {
    for (const header of headers) {
      const other = owner.get(header);
      if (other === undefined) owner.set(header, name);
      else {
        mistakes.add(
          `columns.${name}`,
          `the header ${JSON.stringify(header)} means ${other} too`,
          'Take the alias from one of them; case, spaces and punctuation do not tell headers apart',
        );
      }
    }
  }
}
