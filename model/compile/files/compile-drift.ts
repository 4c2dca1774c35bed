/** Compiles the policy for files whose columns differ from the definition's. */
import type { CompiledDrift } from '../../compiled.ts';
import type { DatasetDefinition } from '../../language/define.ts';
import { shown } from '../../words.ts';
import { nullsOf } from '../compile-columns.ts';
import { checkIdentifier, type Names } from '../compile-names.ts';
import type { Mistakes } from '../mistakes.ts';

export function compileDrift(source: DatasetDefinition, names: Names, mistakes: Mistakes): CompiledDrift {
  const {
    unknown = 'ignore',
    missing = 'ignore',
    reordered = 'ignore',
    renamed = 'ignore',
  } = source.drift ?? {};
  for (const [name, policy] of Object.entries({ missing, reordered, renamed })) {
    if (policy === 'ignore' || policy === 'fail') continue;
    mistakes.add(`drift.${name}`, `there is no ${shown(policy)}`, "Say 'ignore' or 'fail'");
  }
  const keep = typeof unknown === 'object' ? String(unknown?.keep) : null;
  if (keep !== null) checkKeep(keep, names, mistakes);
  else if (unknown !== 'ignore' && unknown !== 'fail') {
    const fix = "Say 'ignore', 'fail' or { keep: 'extra' }, the name of a json column";
    mistakes.add('drift.unknown', `there is no ${shown(unknown)}`, fix);
  }
  const policy = keep === null ? (unknown as 'ignore' | 'fail') : 'keep';
  return { unknown: policy, keep, missing, reordered, renamed, nulls: nullsOf(source) };
}

function checkKeep(keep: string, names: Names, mistakes: Mistakes): void {
  const place = 'drift.unknown.keep';
  checkIdentifier(keep, place, mistakes);
  if (names.has(keep) || keep === 'chunk_id')
    mistakes.add(place, `there already is a column ${keep}`, 'Give the json column another name');
}
