/** The typed values of a named query's parameters, from texts. */
import type { CompiledQuery } from '../../model/compiled.ts';

type Parameter = CompiledQuery['parameters'][number];
export type QueryValues = readonly (string | number | null)[];

/**
 * The values in the order of the parameters. `mistakes` has one entry for each that is missing, unknown, given twice or
 * of the wrong type.
 */
export function readValues(
  query: CompiledQuery,
  given: URLSearchParams,
): { readonly values: QueryValues; readonly mistakes: readonly string[] } {
  const mistakes: string[] = [];
  const names = new Set(query.parameters.map((parameter) => parameter.name));
  for (const name of new Set(given.keys())) {
    if (!names.has(name)) {
      mistakes.push(
        `${name} is not a parameter of ${query.name} (${[...names].join(', ') || 'it has none'})`,
      );
    }
  }
  const values = query.parameters.map((parameter) => {
    const texts = given.getAll(parameter.name);
    if (texts.length > 1) mistakes.push(`${parameter.name} is given twice`);
    if (texts.length === 0 && parameter.default !== undefined) return parameter.default;
    if (texts.length === 0) {
      mistakes.push(`${parameter.name} (${parameter.type}) is missing`);
      return null;
    }
    const value = readValue(parameter.type, texts[0]);
    if (value === null)
      mistakes.push(
        `${parameter.name}: ${JSON.stringify(texts[0].slice(0, 100))} is not ${named[parameter.type]}`,
      );
    return value;
  });
  return { values, mistakes };
}

const named: Readonly<Record<Parameter['type'], string>> = {
  text: 'a text of at most 1,000 characters',
  integer: 'a whole number',
  float8: 'a number',
  date: 'a date (YYYY-MM-DD)',
  timestamp: 'a time (YYYY-MM-DDThh:mm:ssZ)',
};

/** A parameter as Postgres reads it. Null if the text is not of the type. */
function readValue(type: Parameter['type'], text: string): string | number | null {
  switch (type) {
    case 'text':
      return text.length <= 1000 && !text.includes('\0') ? text : null;
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
    case 'float8':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
    case 'date':
      return isDay(text) ? text : null;
    case 'timestamp':
      return isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
        ? new Date(text).toISOString()
        : null;
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
