import { describe, expect, it } from 'vitest';
import { type EntryKind, identify } from '../../sources/identify.ts';

const kind = (what: 'file' | 'folder' | 'link' | 'socket'): EntryKind => ({
  isFile: () => what === 'file',
  isDirectory: () => what === 'folder',
  isSymbolicLink: () => what === 'link',
});
const knows = (dataset: string) => dataset === 'trips';

function identified(key: string, what: Parameters<typeof kind>[0] = 'file') {
  const identity = identify(key, kind(what), { knows });
  return identity.kind === 'leave' ? { ...identity, error: identity.error.toJSON() } : identity;
}

describe('identify', () => {
  it.each([
    'a.csv',
    'with space.csv',
    '-rf.csv',
    'zeile\numbruch.csv',
    'żółć 日本.csv',
    'sub/folder/a.csv',
    'a',
  ])('takes %j of a known dataset', (name) => {
    expect(identified(`trips/${name}`)).toEqual({ kind: 'take', dataset: 'trips', name });
  });

  it.each(['trips//a.csv', 'trips/../evil.csv', 'trips/./a.csv', '/trips/a.csv'])(
    'leaves the object %j, whose key has an odd part',
    (key) => {
      const { dataset, error } = identified(key) as { dataset: string; error: object };
      expect(dataset).toBe(key.startsWith('/') ? '' : 'trips');
      expect(error).toMatchObject({
        code: 'LF_LANDING_NAME',
        message: `The name of ${JSON.stringify(key)} has an empty part, \`.\` or \`..\` between its slashes.`,
      });
    },
  );

  it('takes names with backslashes and dots in them', () => {
    expect(identified('trips/a\\..\\evil..csv')).toMatchObject({ kind: 'take' });
  });

  it.each([
    '..hidden..csv',
    '..\\..\\evil.csv',
    '.hidden.csv',
    'a.csv.part',
    'a.tmp',
    'a.csv.crdownload',
    '.git/config',
    'a.csv~',
  ])('ignores %s', (name) => {
    expect(identified(`trips/${name}`)).toEqual({ kind: 'ignore' });
  });

  it('ignores a folder that is named like a file', () => {
    expect(identified('trips/a.csv', 'folder')).toEqual({ kind: 'ignore' });
  });

  it('leaves a file of an unknown dataset, with the command that helps', () => {
    expect(identified('taxi/june.csv')).toMatchObject({
      kind: 'leave',
      dataset: 'taxi',
      name: 'june.csv',
      error: {
        code: 'LF_LANDING_UNKNOWN',
        fix: expect.stringContaining('`landfall init landing/taxi/june.csv`'),
      },
    });
  });

  it('leaves a file that lies in no folder', () => {
    expect(identified('june.csv')).toMatchObject({ kind: 'leave', dataset: '', name: 'june.csv' });
  });

  it('quotes names in the command as a shell needs it', () => {
    const { error } = identified("taxi/it's june.csv") as { error: { fix: string } };
    expect(error.fix).toContain(`landfall init 'landing/taxi/it'\\''s june.csv'`);
  });

  it('refuses links, and what is neither file nor folder', () => {
    expect(identified('trips/a.csv', 'link')).toMatchObject({
      kind: 'leave',
      error: { code: 'LF_LANDING_LINK' },
    });
    expect(identified('trips/a.csv', 'socket')).toMatchObject({ error: { code: 'LF_LANDING_KIND' } });
  });
});
