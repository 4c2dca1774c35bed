/**
 * The names of a star that is built beside another one: facts, events, rollups and marts have names of their own, and the
 * dimensions are the same. SQL of marts reads what is beside.
 */
import type { CompiledDataset, CompiledMart } from '../../../model/compiled.ts';
import { besideName, type Renamed, readBeside } from '../ddl/beside.ts';
import { starDdl } from '../ddl/ddl.ts';
import { eventTableNames } from '../events/table-names.ts';
import { packedName } from '../packed/packed-columns.ts';
import { stateName, storedRollup } from '../rollups/state-tables.ts';
import { starOf } from '../star-of.ts';

/** The dataset with the names of what is built beside its star. */
export function besideOf(dataset: CompiledDataset): CompiledDataset {
  const star = starOf(dataset);
  const fact = besideName(star.fact);
  const names = new Map(dataset.marts.map(({ name }) => [name, besideName(name)]));
  for (const { beside, name } of factNames(star.fact)) names.set(name, beside);
  const marts = dataset.marts.map((mart): CompiledMart => {
    const name = besideName(mart.name);
    return mart.kind === 'rollup'
      ? { ...mart, name }
      : { ...mart, name, sql: readBeside(mart.sql, star.schema, names) };
  });
  return { ...dataset, star: { ...star, fact }, marts };
}

/** All tables and views that facts may have, in any mode. */
export function factNames(fact: string): Renamed[] {
  const own = eventTableNames(fact);
  const beside = eventTableNames(besideName(fact));
  return [
    { beside: besideName(fact), name: fact },
    { beside: packedName(besideName(fact)), name: packedName(fact) },
    { beside: beside.current, name: own.current },
    { beside: beside.superseded, name: own.superseded },
    { beside: beside.staging, name: own.staging },
    { beside: beside.scopes, name: own.scopes },
  ];
}

/** Indexes over facts, in pairs: both stars have the same. */
export function factIndexNames(dataset: CompiledDataset): Renamed[] {
  const named = (one: CompiledDataset) =>
    starDdl(one).flatMap(
      (statement) => /^create (?:unique )?index if not exists "([^"]+)"/.exec(statement)?.[1] ?? [],
    );
  const beside = named(besideOf(dataset));
  return named(dataset).flatMap((name, i) => (beside[i] === name ? [] : [{ beside: beside[i], name }]));
}

/** How the names of everything that holds a rollup's state begin. */
export function statePrefixes(dataset: CompiledDataset): Renamed[] {
  const beside = besideOf(dataset);
  return dataset.marts.flatMap((mart, i) => {
    const other = beside.marts[i];
    if (mart.kind !== 'rollup' || other.kind !== 'rollup') return [];
    const names = { beside: stateName(storedRollup(other, starOf(beside))), name: '' };
    return [{ ...names, name: stateName(storedRollup(mart, starOf(dataset))) }];
  });
}
