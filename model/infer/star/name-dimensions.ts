/** Names of dimensions: tables, their columns, and the keys of the facts. Roles of one thing share a table. */
import { reservedNames } from '../names/reserved.ts';
import type { CodedColumn } from './column-codes.ts';
import { stemOf, wordsOf } from './column-words.ts';
import type { DimensionMember, FoundDimension, Retyped } from './contract.ts';
import type { Entity } from './entities.ts';
import { agree, sharedTypes } from './roles.ts';

/** Bytes of a name in PostgreSQL. */
const nameBytes = 63;
/** `dim_DATASET_x` and the key of its members, `DATASET_x_key`, have this much besides the dataset and x. */
const tableBytes = 'dim__'.length;

/** More members than this are numbered by the server too slowly; their keys are hashes. */
const generatedMost = 100_000;

/** An entity with the words of its name: `role` is what comes before the thing itself, such as start of a station. */
interface NamedEntity {
  readonly entity: Entity;
  readonly role: readonly string[];
  readonly thing: readonly string[];
}

export interface NamedDimensions {
  readonly dimensions: readonly FoundDimension[];
  readonly retyped: Readonly<Record<string, Retyped>>;
}

/** `taken`: names that keys of the facts may not have, to which those of the dimensions are added. */
export function nameDimensions(
  dataset: string,
  entities: readonly Entity[],
  taken: Set<string>,
): NamedDimensions {
  const prefix = dataset.replaceAll('-', '_');
  const tables = new Set([`dim_${prefix}_date`, `fact_${prefix}`]);
  const retyped: Record<string, Retyped> = {};
  const dimensions: FoundDimension[] = [];
  for (const group of sharedGroups(entities)) {
    const thing = freeName(group[0].thing.join('_'), nameBytes - tableBytes - prefix.length, (name) =>
      tables.has(`dim_${prefix}_${name}`),
    );
    const table = `dim_${prefix}_${thing}`;
    tables.add(table);
    if (group.length > 1)
      Object.assign(
        retyped,
        sharedTypes(
          group.map(({ entity }) => entity),
          alignedMembers(group),
        ),
      );
    const columns = tableColumns(group, `${prefix}_${thing}_key`);
    group.forEach(({ entity, role, thing: words }, g) => {
      const name = freeName([...role, ...words].join('_'), nameBytes - '_key'.length, (some) =>
        taken.has(`${some}_key`),
      );
      taken.add(`${name}_key`);
      dimensions.push(dimensionOf(entity, `${name}_key`, table, columns[g]));
    });
  }
  const places = entities.map(({ key }) => key.column.name);
  const place = ({ natural }: FoundDimension) => places.indexOf(natural[0].column);
  return { dimensions: dimensions.sort((a, b) => place(a) - place(b)), retyped };
}

function dimensionOf(
  { key, attributes }: Entity,
  role: string,
  table: string,
  names: ReadonlyMap<string, string>,
): FoundDimension {
  const member = ({ column: { name } }: CodedColumn): DimensionMember => ({
    as: names.get(name)!,
    column: name,
  });
  const members = key.column.facts.distinct;
  return {
    role,
    table,
    natural: [member(key)],
    attributes: attributes.map(member),
    keys: members > generatedMost ? 'hashed' : 'generated',
    members,
    remarks: [],
  };
}

/** Entities, with those together that are roles of one thing. */
function sharedGroups(entities: readonly Entity[]): NamedEntity[][] {
  const groups: NamedEntity[][] = [];
  for (const entity of entities) {
    const words = entityWords(entity);
    const alone = { entity, role: [], thing: words };
    const group = groups.find((some) => joined(some, alone) !== null);
    if (group === undefined) groups.push([alone]);
    else group.splice(0, group.length, ...joined(group, alone)!);
  }
  return groups;
}

/** The group with one more role, if it is clearly one: the same thing, columns alike, values in common. */
function joined(group: readonly NamedEntity[], { entity, thing }: NamedEntity): NamedEntity[] | null {
  const full = group.map(({ role, thing: words }) => [...role, ...words]);
  const common = commonEnd([...full, thing]);
  if (common.length === 0 || [...full, thing].some((words) => words.length === common.length)) return null;
  if (group.length > 1 && group[0].thing.join('_') !== common.join('_')) return null;
  const all = [...group.map((named) => named.entity), entity].map((some, i) => {
    const words = full[i] ?? thing;
    return { entity: some, role: words.slice(0, -common.length), thing: common };
  });
  const aligned = alignedMembers(all);
  return aligned !== null &&
    agree(
      all.map((named) => named.entity),
      aligned,
    )
    ? all
    : null;
}

function commonEnd(lists: readonly (readonly string[])[]): string[] {
  const [first, ...rest] = lists;
  let length = 0;
  while (length < first.length && rest.every((list) => list.at(-1 - length) === first.at(-1 - length)))
    length++;
  return length === 0 ? [] : first.slice(-length);
}

/**
 * What each member is called in the table: the name of its column without that of the role, `latitude` of
 * start_station_latitude. Null if the roles do not have the same.
 */
function alignedMembers(group: readonly NamedEntity[]): ReadonlyMap<string, string>[] | null {
  const [first, ...rest] = group.map(({ entity, role, thing }) => {
    const columns = [entity.key, ...entity.attributes].map(({ column }) => column.name);
    return new Map(columns.map((name) => [name, propertyOf(name, role, thing)]));
  });
  const properties = (names: ReadonlyMap<string, string>) => [...names.values()];
  const [key, ...attributes] = properties(first);
  const isSame = rest.every((names) => {
    const [otherKey, ...others] = properties(names);
    return otherKey === key && [...others].sort().join() === [...attributes].sort().join();
  });
  return isSame && new Set([key, ...attributes]).size === attributes.length + 1 ? [first, ...rest] : null;
}

function propertyOf(name: string, role: readonly string[], thing: readonly string[]): string {
  const words = wordsOf(name);
  const starts = (some: readonly string[]) => some.every((word, i) => words[i] === word);
  if (starts([...role, ...thing])) return words.slice(role.length + thing.length).join('_');
  return starts(role) ? words.slice(role.length).join('_') : name;
}

/** Names of the table's columns by those of the dataset, for each role. */
function tableColumns(group: readonly NamedEntity[], key: string): ReadonlyMap<string, string>[] {
  const aligned = alignedMembers(group);
  const [{ entity, thing }] = group;
  const stem = thing.join('_');
  if (aligned === null)
    return [new Map([entity.key, ...entity.attributes].map(({ column }) => [column.name, column.name]))];
  const properties = [...aligned[0].values()];
  const called = new Map<string, string>();
  properties.forEach((property, i) => {
    // `id` and `code` alone do not say of what.
    const full = property === '' ? stem : `${stem}_${property}`.replace(/^_/, '');
    const short = property === '' ? 'name' : property;
    const isPlain = /^[a-z]/.test(short) && !reservedNames.has(short) && short !== key;
    const isClear =
      isPlain && (property === '' ? !properties.includes('name') : i > 0 || stemOf(property).length > 0);
    const wanted = isClear ? short : full;
    called.set(
      property,
      freeName(wanted, nameBytes, (name) => name === key || [...called.values()].includes(name)),
    );
  });
  return aligned.map(
    (names) => new Map([...names].map(([column, property]) => [column, called.get(property)!])),
  );
}

/** What an entity is called: what its columns have in common, or the key's own name. */
function entityWords({ key, attributes }: Entity): string[] {
  const stems = [key, ...attributes.filter(({ column }) => column.guess.type === 'text')].map(({ column }) =>
    stemOf(column.name),
  );
  return stems.find((stem) => stem.length > 0) ?? wordsOf(key.column.name);
}

/** The name, cut to a length and numbered if it is taken. */
function freeName(wanted: string, length: number, isTaken: (name: string) => boolean): string {
  let name = wanted.slice(0, length).replace(/_+$/, '');
  for (let number = 2; isTaken(name); number++) {
    const suffix = `_${number}`;
    name = `${wanted.slice(0, length - suffix.length).replace(/_+$/, '')}${suffix}`;
  }
  return name;
}
