/** One word for one thing (docs/glossary.md), and English as a manual has it, in all that is read. */
import { describe, expect, it } from 'vitest';
import { readTree } from './support/house/tree.ts';
import { staleExemptions, wrongWords } from './support/house/words.ts';

const repository = readTree();
const wrongIn = (path: string, text: string) => wrongWords(new Map([[path, text]]));

describe('words', () => {
  it('are those of the glossary', () => {
    expect(wrongWords(repository)).toEqual([]);
    expect(staleExemptions(repository)).toEqual([]);
  });

  it.each([
    '// The survey of a file.',
    'const surveyed = 1;',
    'function startSurvey() {}',
    'const file_survey = 1;',
    'LANDFALL_PATIENCE=5m',
    "log.warn('trouble with the surroundings');",
    'create table aside (id int);',
    'incomingParts.push(part);',
    '-- rejects that a person has mended',
    'class Turns {}',
    'new InHand()',
    'read the claim number',
    '/**\n * Takes the scope\n * lock.\n */',
    'The dead-ingests are buried.',
    'waits patiently, and begins anew',
  ])('that were replaced are found: %s', (text) => {
    expect(wrongIn('workers/a.ts', text)).not.toEqual([]);
  });

  it.each([
    'import type { IncomingMessage } from "node:http";',
    'We recommend to amend the commendable amendment.',
    'the file beside it; a class of rooms, and turns',
    'there is no file that is no longer wanted',
    'knows nothing',
  ])('that only look like them are not: %s', (text) => {
    expect(wrongIn('workers/a.ts', text)).toEqual([]);
  });

  it.each([
    'The worker ended without a word.',
    'The file is on its way.',
    '/**\n * The work goes on\n * by itself.\n */',
    'This server wants its token.',
    'The path leads out of the lake.',
    'The definition has learned better.',
    'with the definition of now',
    'hold it against the ledger',
    'The module gives no dataset.',
    'bytes that are no text',
  ])('are those of a manual: %s', (text) => {
    expect(wrongIn('docs/a.md', text)).toHaveLength(1);
  });

  it('are looked for in names of files and in SQL', () => {
    expect(wrongIn('workers/survey-file.ts', '')).toHaveLength(1);
    expect(wrongIn('ddl/statements/files/survey.sql', 'select 1')).toHaveLength(1);
    expect(wrongIn('ddl/migrations/0014-new.sql', 'alter table survey')).toHaveLength(1);
    expect(wrongIn('ddl/migrations/0003-old.sql', 'alter table survey')).toEqual([]);
  });

  it('of an old setting may stand in the line of the changelog that renames it', () => {
    expect(wrongIn('CHANGELOG.md', '- `LANDFALL_PATIENCE` is now `LANDFALL_OUTAGE_TIMEOUT`.')).toEqual([]);
    expect(wrongIn('CHANGELOG.md', '- The survey is faster.')).toHaveLength(1);
  });
});
