/**
 * Writes ledger/statements/catalogue from the headers of ddl/statements: `npm run statements`. The headers say
 *
 *   -- $1 name  type   note          a parameter
 *   -- row name  type   note         a column of the rows
 *   -- row file.*                    all columns of landfall.file
 *
 * with two spaces before the type and three before the note. A type is PostgreSQL's name for it, or
 * `table.column` for the TypeScript type of that column (ledger/statements/row-types.ts). `[]`, `null`, `not null`
 * (of a column that may be null, but is not here) or `with nulls` (elements of an array) may follow it. test/ledger/statements compares them with PostgreSQL.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Typed {
  readonly name: string;
  /** The type without its suffixes. */
  readonly type: string;
  readonly isArray: boolean;
  readonly isNull: boolean;
  readonly isNotNull: boolean;
  readonly hasNulls: boolean;
}

export interface Header {
  readonly parameters: readonly Typed[];
  /** The columns in order. A string stands for all columns of that table. */
  readonly row: readonly (Typed | string)[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const lineWidth = 110;

const typeScript: Readonly<Record<string, string>> = {
  integer: 'number',
  bigint: 'number',
  oid: 'number',
  'double precision': 'number',
  // The driver leaves it as text: it may have more digits than a number holds.
  numeric: 'string',
  text: 'string',
  uuid: 'string',
  name: 'string',
  boolean: 'boolean',
  bytea: 'Buffer',
  timestamptz: 'Date',
  json: 'unknown',
  jsonb: 'unknown',
  void: 'unknown',
};

/** Names of all statements: owner/name. */
export function statementNames(): string[] {
  return readdirSync(`${root}ddl/statements`, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -4))
    .sort();
}

/** Reads the header of a statement. Throws if a line looks like a parameter or a row but is malformed. */
export function readHeader(name: string, text: string): Header {
  const parameters: Typed[] = [];
  const row: (Typed | string)[] = [];
  for (const line of text.split('\n').filter((line) => /^-- (\$\d|row )/.test(line))) {
    const all = /^-- row (\w+)\.\*$/.exec(line);
    const one = /^-- (?:\$(\d+)|row) (\w+) {2}(\S.*?)(?: {3}(\S.*))?$/.exec(line);
    if (all) row.push(all[1]);
    else if (one === null) throw new Error(`${name}: ${line}`);
    else if (one[1] === undefined) row.push(typed(one[2], one[3]));
    else if (Number(one[1]) === parameters.length + 1) parameters.push(typed(one[2], one[3]));
    else throw new Error(`${name}: $${one[1]} comes after $${parameters.length}`);
  }
  return { parameters, row };
}

function typed(name: string, text: string): Typed {
  const [, type, array, nulls] = /^(.*?)(\[\])?( null| not null| with nulls)?$/.exec(text)!;
  return {
    name,
    type,
    isArray: array !== undefined,
    isNull: nulls === ' null',
    isNotNull: nulls === ' not null',
    hasNulls: nulls === ' with nulls',
  };
}

/** The files of the catalogue by name: one per owner, and one that joins them. */
export function catalogue(): Map<string, string> {
  const owners = new Map<string, string[]>();
  for (const name of statementNames()) {
    const header = readHeader(name, readFileSync(`${root}ddl/statements/${name}.sql`, 'utf8'));
    const [owner] = name.split('/');
    owners.set(owner, [...(owners.get(owner) ?? []), entry(name, header)]);
  }
  const files = new Map([...owners].map(([owner, entries]) => [`${owner}.ts`, ownerFile(owner, entries)]));
  return files.set('index.ts', indexFile([...owners.keys()]));
}

const note = (from: string) => `// Written by \`npm run statements\` from the headers of ${from}.\n`;

function ownerFile(owner: string, entries: readonly string[]): string {
  const body = entries.join('\n');
  const tables = [...new Set([...body.matchAll(/\b[A-Z]\w+Row\b/g)].map(([table]) => table))].sort();
  const imports = [
    ...(/\bJson\b/.test(body) ? ["import type { Json } from '../../json.ts';\n"] : []),
    ...(tables.length > 0 ? [`import type { ${tables.join(', ')} } from '../row-types.ts';\n`] : []),
  ].join('');
  const name = interfaceOf(owner);
  return `${note(`ddl/statements/${owner}`)}${imports}\nexport interface ${name} {\n${body}\n}\n`;
}

function indexFile(owners: readonly string[]): string {
  const imports = owners
    .map((owner) => `import type { ${interfaceOf(owner)} } from './${owner}.ts';\n`)
    .join('');
  const parents = owners.map((owner) => `    ${interfaceOf(owner)}`).join(',\n');
  return `${note('ddl/statements')}${imports}\nexport interface Statements\n  extends ${parents.trimStart()} {}\n`;
}

const capital = (word: string) => word[0].toUpperCase() + word.slice(1);
const interfaceOf = (owner: string) => `${capital(owner)}Statements`;

function entry(name: string, { parameters, row }: Header): string {
  const members = parameters.map((one) => `${one.name}: ${parameterType(one)}`).join(', ');
  return filled(`  '${name}': { parameters: [${members}]; row: ${rowOf(row)} };`);
}

/** Breaks a statement that is too long for a line after a comma or a semicolon. */
function filled(statement: string): string {
  const lines = [''];
  for (const piece of statement.split(/(?<=[,;] )/)) {
    const last = lines.length - 1;
    if ((lines[last] + piece).trimEnd().length <= lineWidth) lines[last] += piece;
    else lines.push(`      ${piece}`);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

function rowOf(row: Header['row']): string {
  const tables = row.filter((one) => typeof one === 'string').map((table) => `${capital(table)}Row`);
  const columns = row.filter((one) => typeof one !== 'string');
  // Two columns with the same name are one member.
  const members = new Map(columns.map((one) => [one.name, `${one.name}: ${rowType(one)}`]));
  const own = columns.length > 0 ? [`Readonly<{ ${[...members.values()].join('; ')} }>`] : [];
  return [...tables, ...own].join(' & ') || 'never';
}

function parameterType(one: Typed): string {
  const base = one.type.endsWith('jsonb') ? 'Json' : baseType(one.type, { nullable: false });
  const element = one.hasNulls ? `(${base} | null)` : base;
  const type = one.isArray ? `readonly ${element}[]` : element;
  return one.isNull ? `${type} | null | undefined` : type;
}

function rowType(one: Typed): string {
  const base = baseType(one.type, { nullable: !one.isNotNull });
  const type = one.isArray ? `readonly ${base}[]` : base;
  return one.isNull && !type.endsWith('null') ? `${type} | null` : type;
}

/** `nullable`: a column's type has the nulls that the column may have. */
function baseType(type: string, { nullable }: { nullable: boolean }): string {
  const column = /^(\w+)\.(\w+)$/.exec(type);
  if (column === null) {
    if (typeScript[type] === undefined) throw new Error(`no TypeScript type for ${type}`);
    return typeScript[type];
  }
  const member = `${capital(column[1])}Row['${column[2]}']`;
  return nullable ? member : `NonNullable<${member}>`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = `${root}ledger/statements/catalogue/`;
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of catalogue()) writeFileSync(`${folder}${file}`, text);
}
