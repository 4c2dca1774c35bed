/** The delta of modes in which a row may change without its event: what people are shown of keys, before and after. */
import { type Ending, keep, keepDelta } from './ending.ts';
import { addedColumns, deleted, listOf, namesOf, shownList } from './event-layout.ts';

/** Runs `change`, which may change rows of these keys alone, and keeps what it did. `keys`: a table with `_key`. */
export async function keepChanges(ending: Ending, keys: string, change: () => Promise<void>): Promise<void> {
  if (!ending.wantsDelta) return change();
  const before = await imageOf(ending, keys);
  await change();
  const after = await imageOf(ending, keys);
  for (const [side, here, there] of [
    ['removed', before, after],
    ['added', after, before],
  ] as const) {
    const same = `${there}.chunk_id = ${here}.chunk_id and ${there}._landfall_row = ${here}._landfall_row`;
    await keepDelta(
      ending,
      side,
      `select ${columnsOf(ending, here)} from ${here}
       where not exists (select from ${there} where ${same} and ${here} *= ${there})`,
    );
  }
}

function columnsOf({ layout }: Ending, table: string): string {
  return listOf([...namesOf(layout), ...addedColumns(layout).map(({ name }) => name)], table);
}

async function imageOf(ending: Ending, keys: string): Promise<string> {
  const { layout } = ending;
  const { name } = await keep(
    ending,
    'image',
    `select ${shownList(layout, 'c')}, c._row as _landfall_row from ${keys} k join ${layout.current} c on c._key = k._key
     where not ${deleted(layout, 'c')}`,
  );
  return name;
}
