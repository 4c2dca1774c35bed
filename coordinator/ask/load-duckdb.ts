/** DuckDB, which is not installed with Landfall: loaded when the lake is asked, and its answers as texts. */
import { pathToFileURL } from 'node:url';
import type { DuckDBConnection, DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { LandfallError } from '../../platform/errors/errors.ts';
import { findPackage, isPackageMissing } from '../../platform/package/optional-package.ts';
import { type Answer, type AnswerRow, type AnswerType, type Cell, uniqueNames } from './answer.ts';

export type DuckDb = typeof import('@duckdb/node-api');

/** The module, from beside Landfall or from the folder of the user. Throws LF_DUCKDB_MISSING. */
export async function loadDuckDb(cwd = process.cwd()): Promise<DuckDb> {
  try {
    const path = findPackage('@duckdb/node-api', cwd);
    return (await import(pathToFileURL(path).href)).default;
  } catch (error) {
    if (isPackageMissing(error)) throw new LandfallError('LF_DUCKDB_MISSING', {}, { cause: error });
    throw error;
  }
}

/** The answer of a result that is streamed. */
export function answerOf(duckdb: DuckDb, result: DuckDBResult): Answer {
  const types = result.columnTypes().map((type) => columnOf(duckdb, type));
  const names = uniqueNames(result.columnNames());
  return {
    columns: types.map(({ type }, i) => ({ name: names[i], type })),
    batches: batchesOf(result, types),
  };
}

async function* batchesOf(
  result: DuckDBResult,
  types: readonly Column[],
): AsyncGenerator<readonly AnswerRow[]> {
  for await (const rows of result.yieldRows()) {
    yield rows.map((row) => row.map((value, i): Cell => (value === null ? null : types[i].text(value))));
  }
}

interface Column {
  readonly type: AnswerType;
  text(value: DuckDBValue): string;
}

/** How a column of DuckDB is an AnswerType, and the text of its values. */
function columnOf({ DuckDBTypeId: id, JsonDuckDBValueConverter: toJson }: DuckDb, type: DuckDBType): Column {
  const { typeId } = type;
  const plain = (of: AnswerType): Column => ({ type: of, text: String });
  switch (typeId) {
    case id.BOOLEAN:
      return plain({ kind: 'boolean' });
    case id.TINYINT:
    case id.SMALLINT:
    case id.INTEGER:
    case id.UTINYINT:
    case id.USMALLINT:
      return plain({ kind: 'int32' });
    case id.UINTEGER:
    case id.BIGINT:
      return plain({ kind: 'int64' });
    case id.UBIGINT:
    case id.HUGEINT:
    case id.UHUGEINT:
      return plain({ kind: 'decimal', precision: 38, scale: 0 });
    case id.FLOAT:
    case id.DOUBLE:
      return plain({ kind: 'double' });
    case id.DECIMAL: {
      const { width: precision, scale } = type as DuckDBType & { width: number; scale: number };
      return plain({ kind: 'decimal', precision, scale });
    }
    case id.DATE:
      return plain({ kind: 'date' });
    case id.TIMESTAMP:
    case id.TIMESTAMP_S:
    case id.TIMESTAMP_MS:
    case id.TIMESTAMP_NS:
      return { type: { kind: 'timestamp', zoned: false }, text: (value) => String(value).replace(' ', 'T') };
    case id.TIMESTAMP_TZ:
      return { type: { kind: 'timestamp', zoned: true }, text: utc };
    case id.LIST:
    case id.STRUCT:
    case id.MAP:
    case id.ARRAY:
    case id.UNION:
    case id.VARIANT:
      return { type: { kind: 'json' }, text: (value) => JSON.stringify(toJson(value, type, toJson)) };
    default:
      return plain(type.alias === 'JSON' ? { kind: 'json' } : { kind: 'text' });
  }
}

/** An instant in UTC, whatever zone this machine is in. */
function utc(value: DuckDBValue): string {
  const { micros } = value as { micros: bigint };
  const text = String(value);
  if (/infinity/.test(text)) return text;
  const whole = new Date(Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n)).toISOString();
  const fraction = String(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, '0');
  return `${whole.slice(0, -5)}${fraction === '000000' ? '' : `.${fraction.replace(/0+$/, '')}`}Z`;
}

/** Stops what the connection does after this time; the work fails then. Returns what calls it off. */
export function interruptAfter(connection: DuckDBConnection, ms: number): () => void {
  const timer = setTimeout(() => connection.interrupt(), ms).unref();
  return () => clearTimeout(timer);
}
