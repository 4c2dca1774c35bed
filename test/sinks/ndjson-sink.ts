/** A third sink, as small as one can be: ids of rows as lines of JSON, a file for each chunk. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Int32Vector } from '../../kernel/columns/vectors.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { groupOfSingles, rowsWritten } from '../../sinks/all-sinks.ts';
import type { ChunkToWrite, FileToCount, Sink, SinkChunk, SinkCount } from '../../sinks/contract.ts';

export class NdjsonSink implements Sink {
  readonly name = 'ndjson';
  readonly capabilities = { transactional: false };
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  takes(): boolean {
    return true;
  }

  ddl(): string[] {
    return [];
  }

  limits(): [] {
    return [];
  }

  async setUp(): Promise<void> {}

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, `f${chunk.file.fileId}-c${chunk.chunkNumber}.ndjson`);
    return new NdjsonChunk(path, `${path}.t${chunk.fencingToken}`);
  }

  openGroup() {
    return groupOfSingles((chunk) => this.open(chunk));
  }

  async count(files: readonly FileToCount[], { recount }: { recount: boolean }): Promise<SinkCount[]> {
    const written = files.map(({ chunks }) => rowsWritten(this.name, chunks));
    const found = await Promise.all(
      files.map(async ({ chunks }, i) =>
        recount ? (await this.idsOf(chunks[0].fileId)).length : written[i],
      ),
    );
    return found.map((rows, i) => ({ rows, bytes: 0, counts: { written: written[i], lines: rows } }));
  }

  async remove(): Promise<null> {
    return null;
  }

  async sweep({ fileId }: { readonly fileId: number }): Promise<void> {
    for (const name of await this.keys())
      if (name.startsWith(`f${fileId}-`)) await rm(join(this.folder, name));
  }

  /** What a reader sees. */
  async idsOf(fileId: number): Promise<number[]> {
    const names = (await this.keys()).filter(
      (name) => name.startsWith(`f${fileId}-`) && name.endsWith('.ndjson'),
    );
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')));
    return texts.flatMap((text) => text.split('\n').filter(Boolean).map(Number));
  }

  async keys(): Promise<string[]> {
    return (await readdir(this.folder).catch(() => [])).sort();
  }
}

class NdjsonChunk implements SinkChunk {
  private readonly ids: number[] = [];
  private readonly path: string;
  private readonly staged: string;

  constructor(path: string, staged: string) {
    this.path = path;
    this.staged = staged;
  }

  async write({ rows, vectors }: Batch): Promise<void> {
    this.ids.push(...(vectors.get('id') as Int32Vector).values.subarray(0, rows));
  }

  async prepare() {
    const text = this.ids.map((id) => `${id}\n`).join('');
    await writeFile(this.staged, text);
    return { rows: this.ids.length, bytes: text.length };
  }

  async publish(): Promise<void> {
    await rename(this.staged, this.path);
  }

  async abort(): Promise<void> {
    await rm(this.staged, { force: true });
  }
}
