/** Datasets that take their rows from the files of another one, their parent: whether it can be one. */
import { Mistakes } from '../compile/mistakes.ts';
import type { CompiledDataset } from '../compiled.ts';
import { didYouMean, shown } from '../words.ts';

/** Throws LF_DEFINITION if the dataset names a parent whose files it cannot take its rows from. */
export function checkParent(
  dataset: CompiledDataset,
  datasets: ReadonlyMap<string, CompiledDataset>,
  label: string,
): void {
  const name = dataset.format?.parent;
  if (name === undefined) return;
  const mistakes = new Mistakes();
  const parent = datasets.get(name);
  if (parent === undefined) {
    const others = [...datasets.keys()].filter((one) => one !== dataset.name);
    mistakes.add('format.parent', `there is no usable dataset ${shown(name)}`, didYouMean(name, others));
  } else checkFormats(dataset, parent, mistakes);
  if (parent !== undefined && parent.versions !== dataset.versions) {
    const fix = `Say versions: '${parent.versions}', as in ${name}`;
    mistakes.add('versions', `${name} has '${parent.versions}', and its files are loaded into both`, fix);
  }
  mistakes.refuse(label);
}

/**
 * The parents that the text of a definition names. If it cannot be imported, nothing else says whose files wait for it.
 */
export function parentsIn(text: string): string[] {
  return [...text.matchAll(/\bparent['"]?\s*:\s*(['"`])([^'"`\n]+)\1/g)].map(([, , name]) => name);
}

function checkFormats(dataset: CompiledDataset, parent: CompiledDataset, mistakes: Mistakes): void {
  const [own, other] = [dataset.format!, parent.format];
  if (other?.explode !== undefined) {
    const fix = `Name the dataset that has a row for each record${other.parent === undefined ? '' : `, ${other.parent}`}`;
    mistakes.add('format.parent', `the rows of ${parent.name} are exploded themselves`, fix);
  } else if (other?.kind !== own.kind || other.records.join('.') !== own.records.join('.')) {
    const fix = 'Say the same format and the same path of the records in both';
    mistakes.add('format.parent', `the files of ${parent.name} have another format`, fix);
  }
}
