/** Compiles the format of a definition, and the paths of its columns. */
import { EACH, keyOf, keyPath, parsePath } from '../../../kernel/json/json-paths.ts';
import type { CompiledFormat } from '../../compiled.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import type { Format } from '../../language/file-format.ts';
import { shown } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';

/** Undefined: the files are CSV. */
export function compileFormat(source: DatasetDefinition, mistakes: Mistakes): CompiledFormat | undefined {
  const { format } = source;
  if (format === undefined) return undefined;
  if (format?.kind !== 'json' && format?.kind !== 'ndjson') {
    mistakes.add(
      'format',
      `there is no ${shown(format)}`,
      'Say jsonDocument({ … }), ndjson(), or nothing for CSV',
    );
    return undefined;
  }
  if (source.dialect !== undefined)
    mistakes.add(
      'dialect',
      'files with a format have no dialect',
      'Remove `dialect`, or `format` if the files are CSV',
    );
  const records = format.kind === 'json' ? recordKeys(format.records, mistakes) : [];
  return {
    kind: format.kind,
    records,
    ...(format.explode !== undefined && { explode: exploded(format.explode, mistakes) }),
    ...(format.parent !== undefined && { parent: parentOf(source, format, mistakes) }),
  };
}

/** Whether the parent can be one is known when all datasets are (definitions/parents.ts). */
function parentOf(source: DatasetDefinition, { explode, parent }: Format, mistakes: Mistakes): string {
  if (typeof parent !== 'string')
    mistakes.add('format.parent', `${shown(parent)} is not the name of a dataset`, "Say parent: 'orders'");
  if (explode === undefined)
    mistakes.add(
      'format.parent',
      'the rows are not exploded from the records of another dataset',
      "Say explode: '$.line_items[*]' beside it, or remove `parent`",
    );
  if (Object.keys(source.sources ?? {}).length > 0)
    mistakes.add('sources', `the files are those of ${parent}`, `Remove them, or \`parent\``);
  return String(parent);
}

/** The keys of a path such as $.orders[*]. */
function recordKeys(records: string, mistakes: Mistakes): string[] {
  const path = parsePath(String(records));
  const steps = path?.steps ?? [];
  const keys = steps.slice(0, -1).map(keyOf);
  if (path === null || path.ofParent || steps.at(-1) !== EACH || keys.includes(null)) {
    const fix = "Say '$[*]' for a document that is an array, '$.orders[*]' for one in an object";
    mistakes.add('format.records', `${shown(records)} is not the path of an array`, fix);
    return [];
  }
  return keys as string[];
}

function exploded(explode: string, mistakes: Mistakes): string {
  const path = parsePath(String(explode));
  const steps = path?.steps ?? [];
  const eachOnlyLast = steps.indexOf(EACH) === steps.length - 1;
  if (path === null || path.ofParent || steps.length < 2 || !eachOnlyLast) {
    const fix = "Say something like '$.line_items[*]': an array in the record";
    mistakes.add('format.explode', `${shown(explode)} is not the path of an array in a record`, fix);
    return '$.rows[*]';
  }
  return explode;
}

/** The path that a column is read from; undefined in a dataset of CSV. */
export function compilePath(
  source: DatasetDefinition,
  name: string,
  written: string | undefined,
  mistakes: Mistakes,
): string | undefined {
  const place = `columns.${name}.path`;
  if (source.format === undefined) {
    if (written !== undefined)
      mistakes.add(
        place,
        'files of CSV have no paths',
        "Use `aliases: ['…']` for another header, or say the `format`",
      );
    return undefined;
  }
  const text = written ?? keyPath(name);
  const path = parsePath(String(text));
  if (path === null || path.steps.includes(EACH)) {
    const fix = "Say something like '$.customer.id', '$.items[0].sku' or '$['first name']'";
    mistakes.add(place, `${shown(text)} is not the path of a value`, fix);
  } else if (path.ofParent && source.format?.explode === undefined) {
    mistakes.add(place, 'only exploded rows have a record around them', 'Begin the path with $');
  } else return text;
  return keyPath(name);
}
