/**
 * Which dataset owns which table of a star. A fact table or a mart belongs to one dataset. So does a dimension
 * table, unless each dataset that uses it declares it `shared` and gives it the same columns.
 */
import { tableShape } from '../compile/compile-dimension.ts';
import { Mistakes } from '../compile/mistakes.ts';
import type { CompiledDataset } from '../compiled.ts';

interface Owner {
  readonly dataset: string;
  readonly what: 'fact table' | 'dimension' | 'mart';
  readonly shape: string;
  readonly shared: boolean;
}

/** Datasets claim their tables one after another. A dataset that is refused owns none. */
export class TableOwners {
  private readonly owners = new Map<string, Owner>();

  /** Claims the dataset's tables. Throws LF_DEFINITION, which names both datasets, if another owns one of them. */
  claim(dataset: CompiledDataset, label: string): void {
    const mistakes = new Mistakes();
    const wanted = tablesOf(dataset);
    for (const [table, owner] of wanted) {
      const other = this.owners.get(table);
      if (other === undefined || areShared(owner, other)) continue;
      const [place, what, fix] = conflict(table, owner, other);
      mistakes.add(place, what, fix);
    }
    mistakes.refuse(label);
    for (const [table, owner] of wanted) this.owners.set(table, owner);
  }
}

/** The tables of a dataset by their names, such as `star.fact_ride`. */
export function tablesOf({ name, star, marts, sharedTables }: CompiledDataset): Map<string, Owner> {
  const tables = new Map<string, Owner>();
  if (star === null) return tables;
  const own = { dataset: name, shape: '', shared: false };
  tables.set(`${star.schema}.${star.fact}`, { ...own, what: 'fact table' });
  for (const mart of marts) tables.set(`${star.schema}.${mart.name}`, { ...own, what: 'mart' });
  for (const dimension of star.dimensions) {
    const shape = tableShape(dimension);
    const shared = sharedTables.includes(dimension.table);
    tables.set(`${star.schema}.${dimension.table}`, { dataset: name, what: 'dimension', shape, shared });
  }
  return tables;
}

function areShared(owner: Owner, other: Owner): boolean {
  return owner.shared && other.shared && owner.shape === other.shape;
}

/** Place, mistake and fix. */
function conflict(table: string, owner: Owner, other: Owner): [string, string, string] {
  const places = { 'fact table': 'star.fact', dimension: 'star.dimensions', mart: 'marts' };
  const place = `${places[owner.what]} (${table})`;
  if (owner.what !== 'dimension' || other.what !== 'dimension') {
    return [place, `the table belongs to the dataset ${other.dataset}`, 'Choose another name'];
  }
  if (!owner.shared || !other.shared) {
    const silent = [owner, other].filter(({ shared }) => !shared).map(({ dataset }) => dataset);
    const what = `the dataset ${other.dataset} has that table too, and ${silent.join(' and ')} ${silent.length > 1 ? 'do' : 'does'} not share it`;
    const fix = `Choose another table name, or share it in both: add { shared: true } to the dimension in ${silent.join(' and ')}`;
    return [place, what, fix];
  }
  const what = `the dataset ${other.dataset} gives the table other columns, types or keys`;
  return [place, what, 'Make them agree, or choose another table name or star.schema'];
}
