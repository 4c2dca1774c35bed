/**
 * What may be true of each content in the end, from what was done with it. A content is there once, or it
 * is not: `least` and `most` say how often it may be loaded. They differ where the outcome is open (a
 * command was killed, a file was overwritten before it was read).
 */
import type { Made } from '../files/make.ts';
import type { Content, Drop } from '../plan/types.ts';

export interface Fate {
  least: 0 | 1;
  most: 0 | 1;
  /** Codes with which a file of this content may have failed. */
  readonly mayFail: Set<string>;
}

/** Codes that say what is wrong with a flawed content. */
const flawCodes: Readonly<Record<string, readonly string[]>> = {
  empty: ['LF_FILE_EMPTY'],
  binary: ['LF_FILE_BINARY', 'LF_FILE_ENCODING'],
  header: ['LF_HEADER', 'LF_DIALECT_AMBIGUOUS'],
  rejects: ['LF_REJECT_LIMIT'],
  damaged: ['LF_UNPACK'],
};

export class Knowledge {
  /** By hash: the same bytes are the same content, whoever made them. */
  readonly fates = new Map<string, Fate>();
  /** Made contents by their ids. */
  readonly contents = new Map<string, Made>();
  /** Contents that were dropped under each name (dataset/name), in their order. */
  readonly names = new Map<string, string[]>();

  made(made: Made): void {
    this.contents.set(made.content.id, made);
  }

  fateOf(id: string): Fate {
    const { hash, content } = this.contents.get(id)!;
    const key = `${content.dataset} ${hash}`;
    let fate = this.fates.get(key);
    if (fate === undefined) {
      fate = { least: 0, most: 0, mayFail: new Set(flawCodes[content.flaw ?? ''] ?? []) };
      this.fates.set(key, fate);
    }
    return fate;
  }

  dropped({ content: id, dataset, name }: Drop, { over }: { over: boolean }): void {
    const key = `${dataset}/${name}`;
    const before = this.names.get(key) ?? [];
    if (over && before.length > 0) this.disturbed(before.at(-1)!, ['LF_FILE_CHANGED', 'LF_FILE_MISSING']);
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

  /** It lies under another name now: what was read of the old one may be for nothing. */
  renamed({ content, dataset }: Drop, name: string): void {
    this.named(`${dataset}/${name}`, content);
    this.fateOf(content).mayFail.add('LF_FILE_MISSING').add('LF_FILE_CHANGED');
  }

  /** The file has become another content; the first one may have been loaded before. */
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
