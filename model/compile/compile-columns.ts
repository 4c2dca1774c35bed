/** Columns as written → columns as the kernel is told about them. */
import type { KernelType } from '../../kernel/types.ts';
import type { CompiledColumn } from '../compiled.ts';
import { normaliseHeader } from '../file/match-header.ts';
import type { AnyColumnOptions, Column } from '../language/columns.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { booleanConverter, jsonConverter, numericConverter } from '../types/convert-values.ts';
import { needsConverter } from '../types/text-formats.ts';
import { dateConverter, type TimeFormats, timestampConverter } from '../types/times.ts';
import { isZone, zoneTable } from '../types/zone-tables.ts';
import { checkType, formatFaults } from './column-checks.ts';
import type { Mistakes } from './mistakes.ts';

const limits = { smallint: [-32768, 32767], integer: [-2147483648, 2147483647] } as const;
/** Digits of a decimal that fit into 64 bits. */
const shortDigits = 18;
export const defaultDateFormats = ['yyyy-MM-dd'];
export const defaultTimestampFormats = ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss'];

/** `inDictionary`: text columns whose distinct values are needed (keys, partitions, few values). */
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
  checkType(place, column, formatsOf(column), mistakes);
  const conversion = conversionOf(column);
  const kept = column.type === 'text' && options.nulls !== undefined ? [] : datasetNulls;
  return {
    name,
    type: kernelType(column, inDictionary),
    required: options.required ?? false,
    optional: options.optional ?? false,
    nulls: [...new Set([...kept, ...(options.nulls ?? [])])],
    headers: [...new Set([name, ...(options.aliases ?? [])].map(normaliseHeader))],
    logical,
    ...conversion,
  };
}

/** Formats that the column's texts are tried with. */
function formatsOf({ type, options }: Column): readonly string[] {
  return options.formats ?? (type === 'date' ? defaultDateFormats : defaultTimestampFormats);
}

/** True where the kernel hands the column over as text, to be converted by conversionOf. */
function isConverted(column: Column): boolean {
  const { logical, options } = column;
  switch (logical.type) {
    case 'json':
      return true;
    case 'numeric':
      return logical.precision > shortDigits;
    case 'boolean':
      return options.true !== undefined;
    case 'date':
    case 'timestamp':
      return formatsOf(column).some(needsConverter);
    default:
      return false;
  }
}

function kernelType(column: Column, inDictionary: boolean): KernelType {
  const { logical, options } = column;
  // Few words: each is converted once per batch.
  if (isConverted(column)) return { kind: logical.type === 'boolean' ? 'dictionary' : 'utf8' };
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
      return { kind: 'float64', ...(options.nonFinite && { nonFinite: options.nonFinite }) };
    case 'boolean':
    case 'uuid':
      return { kind: logical.type };
    case 'date':
      return { kind: 'date', formats: formatsOf(column) };
    case 'timestamp':
      return {
        ...{ kind: 'timestamp', formats: formatsOf(column), zone: zoneOf(options) },
        ...(options.leapSecond && { leapSecond: options.leapSecond }),
      };
    case 'point':
      return { kind: 'point', form: options.form ?? 'wkt' };
    case 'json':
      return { kind: 'utf8' };
  }
}

function zoneOf({ zone = 'UTC', ambiguous = 'reject', skipped = 'reject' }: AnyColumnOptions) {
  return zoneTable(isZone(zone) ? zone : 'UTC', { ambiguous, skipped });
}

/** For types that the kernel hands over as text, and for text that people want changed. */
function conversionOf(column: Column): Pick<CompiledColumn, 'convert' | 'reading'> {
  const { logical, options } = column;
  if (logical.type === 'text' && options.convert !== undefined) return { convert: options.convert };
  if (!isConverted(column)) return {};
  switch (logical.type) {
    case 'numeric':
      return { convert: numericConverter(logical.precision, logical.scale) };
    case 'boolean': {
      const words = { true: options.true ?? [], false: options.false ?? [] };
      return { convert: booleanConverter(words.true, words.false), reading: words };
    }
    case 'date': {
      const reading = timeFormatsOf(column);
      return { convert: dateConverter(reading), reading: { ...reading } };
    }
    case 'timestamp': {
      const { ambiguous = 'reject', skipped = 'reject' } = options;
      const reading = { ...timeFormatsOf(column), ambiguous, skipped };
      return { convert: timestampConverter(reading, zoneOf(options)), reading };
    }
    default:
      return { convert: jsonConverter };
  }
}

function timeFormatsOf(column: Column): TimeFormats {
  const { locale = 'en', leapSecond = 'reject' } = column.options;
  // What checkType names as a mistake is not read.
  const formats = formatsOf(column).filter((format) => formatFaults(format).length === 0);
  return { formats, locale, leapSecond };
}

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
