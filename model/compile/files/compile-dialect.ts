/** Compiles the dialect of a definition: fills in defaults and names mistakes. */
import { encodings } from '../../../kernel/dialect/encodings.ts';
import { dialectFault } from '../../../kernel/dialect/machine.ts';
import type { CompiledDialect } from '../../compiled.ts';
import type { DatasetDefinition, Dialect } from '../../language/define.ts';
import { shown } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';

/** What `dialect: 'auto'` stands for. */
const allAuto: Dialect = {
  delimiter: 'auto',
  quote: 'auto',
  escape: 'auto',
  header: 'auto',
  lineEnds: 'auto',
  comment: 'auto',
  skipLines: 'auto',
  encoding: 'auto',
};

/** Members whose value is one of a few words. */
const choices = {
  lineEnds: ['lf', 'any', 'auto'],
  shortRows: ['reject', 'pad'],
  longRows: ['reject', 'truncate'],
  blankRows: ['read', 'skip'],
  header: [true, false, 'auto'],
  trim: [true, false],
  encoding: [...encodings, 'auto'],
} as const;

export function compileDialect(source: DatasetDefinition, mistakes: Mistakes): CompiledDialect {
  const said = source.dialect === 'auto' ? allAuto : (source.dialect ?? {});
  const dialect: CompiledDialect = {
    delimiter: said.delimiter ?? ',',
    quote: said.quote === undefined ? '"' : said.quote,
    escape: said.escape ?? null,
    header: said.header ?? true,
    trim: said.trim ?? false,
    lineEnds: said.lineEnds ?? 'auto',
    comment: said.comment ?? null,
    skipLines: said.skipLines ?? 0,
    headerRows: said.headerRows ?? 1,
    skipFooterLines: said.skipFooterLines ?? 0,
    shortRows: said.shortRows ?? 'reject',
    longRows: said.longRows ?? 'reject',
    blankRows: said.blankRows ?? 'read',
    encoding: said.encoding ?? 'utf-8',
  };
  for (const [name, values] of Object.entries(choices)) {
    const value = dialect[name as keyof typeof choices];
    if ((values as readonly unknown[]).includes(value)) continue;
    const words = values.map((one) => (typeof one === 'string' ? `'${one}'` : String(one)));
    mistakes.add(`dialect.${name}`, `there is no ${shown(value)}`, `Say ${words.join(', ')}`);
  }
  for (const name of ['skipLines', 'skipFooterLines'] as const) {
    const lines = dialect[name];
    if (name === 'skipLines' && lines === 'auto') continue;
    if (Number.isInteger(lines) && Number(lines) >= 0 && Number(lines) <= 10_000) continue;
    mistakes.add(`dialect.${name}`, `${lines} is not a number of lines`, 'Say 0 to 10000');
  }
  checkHeaderRows(dialect, mistakes);
  checkCharacters(dialect, mistakes);
  return dialect;
}

function checkHeaderRows({ header, headerRows, skipLines }: CompiledDialect, mistakes: Mistakes): void {
  if (!Number.isInteger(headerRows) || headerRows < 1 || headerRows > 20)
    mistakes.add('dialect.headerRows', `${headerRows} is not a number of records`, 'Say 1 to 20');
  else if (headerRows > 1 && (header !== true || skipLines === 'auto'))
    mistakes.add(
      'dialect.headerRows',
      'a header of several records cannot be looked for',
      'Say header: true and a number for skipLines',
    );
}

/** Checks the characters together. Members that are 'auto' get stand-ins that no definition would use. */
function checkCharacters(dialect: CompiledDialect, mistakes: Mistakes): void {
  const { delimiter, quote, escape: mark, comment, trim } = dialect;
  const fault = dialectFault({
    delimiter: delimiter === 'auto' ? '\u0001' : delimiter,
    quote: quote === 'auto' ? '\u0002' : quote,
    escape: mark === 'auto' ? '\u0003' : mark,
    comment: comment === 'auto' ? '\u0004' : comment,
    trim,
  });
  if (fault === null) return;
  const example = "{ delimiter: ';', quote: '\"', escape: '\\\\', comment: '#' }";
  mistakes.add('dialect', fault, `Say something like ${example}, or null for no quote`);
}
