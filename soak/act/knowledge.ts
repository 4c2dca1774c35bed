/**
 * Knows what may be true of each content in the end, given what was done with it. `least` and `most` say how often a
 * content may be loaded: never or once. They differ if the outcome is open, for example because a command was killed
 * or a file was overwritten before it was read.
 */
import type { Made } from '../files/make.ts';
import { type Content, type Drop, isJson } from '../plan/types.ts';

export interface Fate {
  least: 0 | 1;
  most: 0 | 1;
  /** Codes with which a file of this content may have failed. */
  readonly mayFail: Set<string>;
  /** Whether another content was dropped over it. It may have been loaded by then, and not moved yet. */
  overwritten: boolean;
}

/** The codes with which a flawed content may fail. */
const flawCodes: Readonly<Record<string, readonly string[]>> = {
  empty: ['LF_FILE_EMPTY'],
  binary: ['LF_FILE_BINARY', 'LF_FILE_ENCODING'],
  header: ['LF_HEADER', 'LF_DIALECT_AMBIGUOUS'],
  rejects: ['LF_REJECT_LIMIT'],
  damaged: ['LF_UNPACK'],
  'cut off': ['LF_JSON_DOCUMENT'],
};

/** Those of files of JSON, beside them. Lines that are not JSON are rejects. */
const jsonFlawCodes: Readonly<Record<string, readonly string[]>> = {
  header: ['LF_REJECT_LIMIT', 'LF_JSON_RECORDS'],
};

export class Knowledge {
  /** Contents by hash: the same bytes are the same content, whoever made them. */
  readonly fates = new Map<string, Fate>();
  /** Made contents by their ids. */
  readonly contents = new Map<string, Made>();
  /** Contents that were dropped under each name (dataset/name), in order. */
  readonly names = new Map<string, string[]>();

  made(made: Made): void {
    this.contents.set(made.content.id, made);
  }

  fateOf(id: string): Fate {
    const { hash, content } = this.contents.get(id)!;
    const key = `${content.dataset} ${hash}`;
    let fate = this.fates.get(key);
    if (fate === undefined) {
      const { flaw, dataset } = content;
      const own = isJson(dataset) ? jsonFlawCodes[flaw ?? ''] : undefined;
      const codes = [...(flawCodes[flaw ?? ''] ?? []), ...(own ?? [])];
      fate = { least: 0, most: 0, mayFail: new Set(codes), overwritten: false };
      this.fates.set(key, fate);
    }
    return fate;
  }

  dropped({ content: id, dataset, name }: Drop, { over }: { over: boolean }): void {
    const key = `${dataset}/${name}`;
    const before = this.names.get(key) ?? [];
    if (over && before.length > 0) {
      this.disturbed(before.at(-1)!, ['LF_FILE_CHANGED', 'LF_FILE_MISSING']);
      this.fateOf(before.at(-1)!).overwritten = true;
    }
    this.named(key, id);
    this.expect(id);
    // Versions of notes replace each other.
    if (dataset !== 'notes') return;
    for (const older of before) {
      const fate = this.fateOf(older);
      fate.least = fate.most = 0;
      fate.mayFail.add('LF_FILE_VERSION');
    }
  }

  /** The file has been renamed, so reading it under its old name may fail. */
  renamed({ content, dataset }: Drop, name: string): void {
    this.named(`${dataset}/${name}`, content);
    this.fateOf(content).mayFail.add('LF_FILE_MISSING').add('LF_FILE_CHANGED');
  }

  /** The file has become another content; the first one may already have been loaded. */
  appended({ content, dataset, name }: Drop, becomes: string): void {
    this.named(`${dataset}/${name}`, becomes);
    this.disturbed(content, ['LF_FILE_CHANGED', 'LF_FILE_MISSING']);
    this.expect(becomes);
    this.fateOf(becomes).mayFail.add('LF_FILE_CHANGED');
  }

  undoing(id: string): void {
    this.fateOf(id).least = 0;
  }

  undone(id: string): void {
    const fate = this.fateOf(id);
    fate.least = fate.most = 0;
  }

  replaying(id: string): void {
    const fate = this.fateOf(id);
    fate.most = 1;
    fate.mayFail.add('LF_INGEST_ABANDONED');
  }

  replayed(id: string): void {
    this.fateOf(id).least = 1;
  }

  private named(key: string, id: string): void {
    this.names.set(key, [...(this.names.get(key) ?? []), id]);
  }

  private expect(id: string): void {
    const { flaw } = this.contents.get(id)!.content as Content;
    if (flaw !== null) return;
    const fate = this.fateOf(id);
    fate.least = fate.most = 1;
  }

  private disturbed(id: string, codes: readonly string[]): void {
    const fate = this.fateOf(id);
    fate.least = 0;
    for (const code of codes) fate.mayFail.add(code);
  }
}
