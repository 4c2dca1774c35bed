/** Random orders in which the same files come, go and come back. All orders end with the same files. */
import type { Dice, EventFile } from './files.ts';

export type Step =
  | { readonly what: 'load'; readonly file: EventFile }
  | { readonly what: 'undo' | 'replay'; readonly file: EventFile };

/** Steps that are taken at the same time: at most four, each about a file of another name. */
export type Wave = readonly Step[];

/** The files that are done at the end, whatever the order: `undone` says which names are taken out. */
export function remaining(files: readonly EventFile[], undone: ReadonlySet<string>): EventFile[] {
  const newest = new Map(files.map((file) => [file.name, file]));
  return [...newest.values()].filter(({ name }) => !undone.has(name));
}

/** A fresh load of what remains, one file after another. */
export function freshLoad(files: readonly EventFile[], undone: ReadonlySet<string>): Wave[] {
  return remaining(files, undone).map((file) => [{ what: 'load', file }]);
}

/** A random order, with undo, replay and replacement between, four at once. */
export function randomOrder(dice: Dice, files: readonly EventFile[], undone: ReadonlySet<string>): Wave[] {
  const names = [...new Set(files.map(({ name }) => name))];
  const left = new Map(names.map((name) => [name, stepsOf(dice, files, name, undone.has(name))]));
  const waves: Wave[] = [];
  for (let open = names; open.length > 0; open = names.filter((name) => left.get(name)!.length > 0)) {
    const taken = shuffled(dice, open).slice(0, 1 + dice(4));
    waves.push(taken.map((name) => left.get(name)!.shift()!));
  }
  return waves;
}

/** What happens to the files of a name, in order. */
function stepsOf(dice: Dice, files: readonly EventFile[], name: string, isUndone: boolean): Step[] {
  const versions = files.filter((file) => file.name === name);
  return versions.flatMap((file, v) => {
    const steps: Step[] = [{ what: 'load', file }];
    for (let n = dice(3); n > 0; n--) steps.push({ what: 'undo', file }, { what: 'replay', file });
    if (isUndone && v === versions.length - 1) steps.push({ what: 'undo', file });
    return steps;
  });
}

function shuffled<T>(dice: Dice, list: readonly T[]): T[] {
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = dice(i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}
