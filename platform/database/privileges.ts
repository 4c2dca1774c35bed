/**
 * What the role of a session lacks where PostgreSQL denies a statement, and the statement that grants it. The server
 * names the object without its schema, and not the privilege: both are read from the statement that was denied.
 *
 * Its words: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/catalog/aclchk.c
 */
import pg from 'pg';
import { LandfallError } from '../errors/errors.ts';

/** SQLSTATE: insufficient_privilege. */
const insufficientPrivilege = '42501';

/** A session that was denied something. */
export interface DeniedSession {
  readonly address: string;
  /** Whose privileges count in it. */
  readonly role: string;
  /** Where names without a schema are looked up. */
  readonly schema: string;
}

/** LF_DATABASE_PRIVILEGE for an error that says so; null for any other. `statement`: null for an attempt to connect. */
export function privilegeError(
  error: unknown,
  statement: string | null,
  { address, role, schema }: DeniedSession,
): LandfallError | null {
  const { code, message, where = '' } = error as { code?: string; message: string; where?: string };
  if (code !== insufficientPrivilege) return null;
  const ran = where.replace(/^SQL statement "([\s\S]*?)"$/gm, '$1');
  const denial: Denial = { sql: `${statement ?? ''}\n${ran}`, role: pg.escapeIdentifier(role), schema };
  const { object, remedy } = readDenial(message, denial) ?? unread;
  const values = { address, role, object, remedy, reason: message };
  return new LandfallError('LF_DATABASE_PRIVILEGE', values, { cause: error });
}

interface Denial {
  /** The statement, and those of the functions that it called. */
  readonly sql: string;
  /** Quoted. */
  readonly role: string;
  readonly schema: string;
}

/** What is missing: on which object, and the statement that grants it, in words of the error's fix. */
interface Lack {
  readonly object: string;
  readonly remedy: string;
}

/** For a server that speaks another language, and for what is not in the table below. */
const unread: Lack = { object: 'what the server names', remedy: 'the GRANT that the message asks for' };

type Reader = (denial: Denial, name: string, kind: string) => Lack;

/** By the server's words. The first group is the name, the second the kind of object. */
const denials: readonly (readonly [RegExp, Reader])[] = [
  [/^permission denied for database "?(?<name>.+?)"?$/, onDatabase],
  [/^permission denied to create temporary tables in database "(?<name>.+)"$/, onTemporary],
  [/^permission denied for schema (?<name>.+)$/, onSchema],
  [/^permission denied for (?<kind>table|view|foreign table) (?<name>.+)$/, onTable],
  [/^permission denied for (?<kind>materialized view) (?<name>.+)$/, onTable],
  [/^permission denied for sequence (?<name>.+)$/, granted('usage, select, update', 'sequence')],
  [
    /^permission denied for (?:function|procedure|routine|aggregate) (?<name>.+)$/,
    granted('execute', 'routine'),
  ],
  [/^permission denied for type (?<name>.+)$/, granted('usage', 'type')],
  [/^permission denied for tablespace (?<name>.+)$/, onTablespace],
  [/^permission denied to set parameter "(?<name>.+)"$/, onParameter],
  [/^permission denied to terminate process$/, onProcess],
  [
    /^must be owner of (?<kind>table|view|materialized view|sequence|schema|function|type) (?<name>.+)$/,
    owned,
  ],
  [/^must be owner of relation (?<name>.+)$/, owned],
  [/row-level security policy .*for table "(?<name>.+)"$/, onPolicy],
];

function readDenial(message: string, denial: Denial): Lack | null {
  for (const [words, read] of denials) {
    const found = words.exec(message);
    if (found !== null) return read(denial, found.groups?.name ?? '', found.groups?.kind ?? 'table');
  }
  return null;
}

/** `run(…)` of SQL, as the fix shows it. */
const shown = (sql: string) => `\`${sql}\``;

/** Schemas may be made beforehand, so that the role needs no privilege on the database. */
function onDatabase({ sql, role }: Denial, name: string): Lack {
  const database = pg.escapeIdentifier(name);
  const schema = /create schema (?:if not exists )?("(?:[^"]|"")+"|[\w$]+)/i.exec(sql)?.[1];
  const remedy =
    schema === undefined
      ? shown(`grant connect on database ${database} to ${role}`)
      : shown(`create schema ${schema}; grant usage, create on schema ${schema} to ${role}`);
  return { object: `the database ${name}`, remedy };
}

function onTemporary({ role }: Denial, name: string): Lack {
  const remedy = shown(`grant temporary on database ${pg.escapeIdentifier(name)} to ${role}`);
  return { object: `the database ${name}`, remedy };
}

function onSchema({ sql, role }: Denial, name: string): Lack {
  const privileges = /\b(create|alter|refresh|drop)\b/i.test(sql) ? 'usage, create' : 'usage';
  const remedy = shown(`grant ${privileges} on schema ${pg.escapeIdentifier(name)} to ${role}`);
  return { object: `the schema ${name}`, remedy };
}

function onTable(denial: Denial, name: string, kind: string): Lack {
  const at = qualified(denial, name);
  const remedy = shown(`grant ${tablePrivileges(denial.sql, name)} on table ${at} to ${denial.role}`);
  return { object: `the ${kind} ${plain(at)}`, remedy };
}

/** A grant of fixed privileges on an object in a schema. */
function granted(privileges: string, kind: string): Reader {
  return (denial, name) => {
    const at = qualified(denial, name);
    const remedy = shown(`grant ${privileges} on ${kind} ${at} to ${denial.role}`);
    return { object: `the ${kind} ${plain(at)}`, remedy };
  };
}

function onTablespace({ role }: Denial, name: string): Lack {
  const remedy = shown(`grant create on tablespace ${pg.escapeIdentifier(name)} to ${role}`);
  return { object: `the tablespace ${name}`, remedy };
}

function onParameter({ role }: Denial, name: string): Lack {
  return { object: `the parameter ${name}`, remedy: shown(`grant set on parameter ${name} to ${role}`) };
}

function onProcess({ role }: Denial): Lack {
  return { object: 'sessions of other roles', remedy: shown(`grant pg_signal_backend to ${role}`) };
}

/** What alters a table, drops it or gives it an index must own it: there is no privilege for that. */
function owned(denial: Denial, name: string, kind: string): Lack {
  const at = kind === 'schema' ? pg.escapeIdentifier(name) : qualified(denial, name);
  const remedy = shown(`alter ${kind} ${at} owner to ${denial.role}`);
  return { object: `the ${kind} ${plain(at)}, which another role owns`, remedy };
}

/** Rows that a policy hides would be missing without a word. */
function onPolicy(denial: Denial, name: string): Lack {
  const object = `all rows of the table ${plain(qualified(denial, name))}, which has policies`;
  return { object, remedy: shown(`alter role ${denial.role} bypassrls`) };
}

/** What the statements do with the table. All of what changes rows belongs together. */
function tablePrivileges(sql: string, name: string): string {
  const before = mentionsOf(sql, name).map(({ index }) => sql.slice(0, index).replace(/\bonly\s*$/i, ''));
  const follows = (words: RegExp) => before.some((text) => words.test(text));
  if (follows(/\brefresh materialized view (concurrently )?\s*$/i)) return 'maintain';
  if (follows(/\btruncate (table )?\s*$/i)) return 'select, insert, update, delete, truncate';
  const writes = /\b(insert into|update|delete from|merge into|lock table)\s*$/i;
  const copies = /\bcopy\s*$/i;
  const isWritten = follows(writes) || (follows(copies) && /\bfrom stdin\b/i.test(sql));
  const isLocked = /\bfor (no key )?(update|key share|share)\b/i.test(sql);
  return isWritten || isLocked ? 'select, insert, update, delete' : 'select';
}

const identifier = '(?:"(?:[^"]|"")+"|[A-Za-z_][\\w$]*)';
const names = new RegExp(`(?:(?<at>${identifier})\\s*\\.\\s*)?(?<name>${identifier})`, 'g');

/** Where the statements name it, and with which schema. */
function mentionsOf(sql: string, name: string): { index: number; schema: string | undefined }[] {
  return [...sql.matchAll(names)]
    .filter(({ groups }) => plain(groups!.name) === name)
    .map(({ index, groups }) => ({ index, schema: groups!.at }));
}

/** The object with the schema that the statements name it with, quoted. */
function qualified({ sql, schema }: Denial, name: string): string {
  const said = mentionsOf(sql, name).find((mention) => mention.schema !== undefined)?.schema;
  return `${pg.escapeIdentifier(plain(said ?? schema))}.${pg.escapeIdentifier(name)}`;
}

/** Names without their quotes. */
function plain(quoted: string): string {
  return quoted.replace(/"((?:[^"]|"")+)"/g, (_, name: string) => name.replaceAll('""', '"'));
}
