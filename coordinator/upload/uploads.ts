/**
 * Files that are uploaded in pieces. They wait under LANDFALL_HOME, where the landing folder's watch does not see them, and
 * move into landing whole. What was received survives a cut connection and a restart: the next piece begins where it ended.
 *
 *   created ─▶ receiving ─▶ whole ─▶ landed            dropped, from anywhere; a day after the last piece at the latest
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { datasetNamed, type Registry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { isIgnored } from '../../sources/identify.ts';

/** The most bytes of a piece. Whoever is cut off sends no more than this again. */
export const pieceBytesMost = 64 * 1024 * 1024;
/** Uploads that wait at a time. */
const uploadsMost = 100;
/** An upload without a new piece for so long is dropped, in ms. */
const keptMs = 24 * 3_600_000;
/** The share of the free disk space that one upload may take. */
const spaceShare = 0.5;

/** What somebody says of a file before sending it. */
export interface Announced {
  readonly name: string;
  readonly bytes: number;
  /** Of the whole content, 64 hex digits; null: not compared. */
  readonly sha256: string | null;
}

export interface Upload extends Announced {
  readonly id: string;
  /** Bytes that are here: where the next piece begins. */
  readonly offset: number;
}

export interface UploadsOptions {
  /** Where uploads wait. */
  readonly folder: string;
  /** What one may have, in bytes. */
  readonly bytesMost: number;
  /** Opened on first use. */
  readonly landing: () => Promise<Storage>;
  readonly registry: Registry;
}

export class Uploads {
  private readonly options: UploadsOptions;
  /** Uploads that a piece is being added to, or that are moving. */
  private readonly busy = new Set<string>();

  constructor(options: UploadsOptions) {
    this.options = options;
  }

  /** Throws LF_UPLOAD_NAME, LF_UPLOAD_SIZE, LF_UPLOAD_SPACE, LF_UPLOAD_MANY. */
  async create({ name, bytes, sha256 }: Announced): Promise<Upload> {
    const { folder, bytesMost } = this.options;
    checkName(name);
    if (bytes > bytesMost) throw new LandfallError('LF_UPLOAD_SIZE', { most: bytesMost });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.dropOld();
    const { bavail, bsize } = await statfs(folder);
    const free = Math.floor(bavail * bsize * spaceShare);
    if (bytes > free) throw new LandfallError('LF_UPLOAD_SPACE', { bytes, free });
    const id = randomBytes(12).toString('hex');
    await mkdir(join(folder, id), { mode: 0o700 });
    await writeFile(join(folder, id, name), '', { mode: 0o600, flag: 'wx' });
    await writeFile(join(folder, `${id}.json`), JSON.stringify({ name, bytes, sha256 }), { mode: 0o600 });
    return { id, name, bytes, sha256, offset: 0 };
  }

  /** Throws LF_UPLOAD_UNKNOWN. */
  async get(id: string): Promise<Upload> {
    const unknown = () => new LandfallError('LF_UPLOAD_UNKNOWN', { upload: id });
    if (!/^[0-9a-f]{24}$/.test(id)) throw unknown();
    const text = await readFile(join(this.options.folder, `${id}.json`), 'utf8').catch(() => null);
    if (text === null) throw unknown();
    const announced = JSON.parse(text) as Announced;
    const found = await stat(join(this.options.folder, id, announced.name)).catch(() => null);
    if (found === null) throw unknown();
    return { id, ...announced, offset: found.size };
  }

  /** Where the bytes are that were received. */
  pathOf({ id, name }: Upload): string {
    return join(this.options.folder, id, name);
  }

  /**
   * Adds a piece that begins at `offset`. What was received of it stays, whatever happens to the rest.
   * Throws LF_UPLOAD_OFFSET where it begins elsewhere or another piece is being added, LF_UPLOAD_SIZE.
   */
  async append(id: string, offset: number, content: AsyncIterable<Uint8Array>): Promise<Upload> {
    return this.alone(id, async (upload) => {
      if (upload.offset !== offset)
        throw new LandfallError('LF_UPLOAD_OFFSET', { has: upload.offset, offset });
      const most = Math.min(upload.bytes, offset + pieceBytesMost);
      const file = await open(this.pathOf(upload), 'r+');
      try {
        let at = offset;
        for await (const piece of content) {
          if (at + piece.length > most) throw new LandfallError('LF_UPLOAD_SIZE', { most: most - offset });
          await file.write(piece, 0, piece.length, at);
          at += piece.length;
        }
        return { ...upload, offset: at };
      } finally {
        await file.close();
      }
    });
  }

  /**
   * Moves a whole upload into the landing folder of a dataset, where it is loaded. Returns its key there.
   * Throws LF_UPLOAD_CONTENT, LF_UPLOAD_EXISTS, LF_DATASET_UNKNOWN, LF_DATASET_BROKEN.
   */
  async land(id: string, dataset: string): Promise<string> {
    return this.alone(id, async (upload) => {
      const { name, bytes, offset, sha256 } = upload;
      const { format } = datasetNamed(this.options.registry, dataset);
      if (format?.parent !== undefined)
        throw new LandfallError('LF_UPLOAD_CHILD', { dataset, parent: format.parent });
      const incomplete = (reason: string) => new LandfallError('LF_UPLOAD_CONTENT', { file: name, reason });
      if (offset !== bytes) throw incomplete(`${offset} of ${bytes} bytes are here`);
      if (sha256 !== null && (await sha256Of(this.pathOf(upload))) !== sha256)
        throw incomplete('its SHA-256 is another one than was announced');
      const landing = await this.options.landing();
      const key = `${dataset}/${name}`;
      if ((await landing.stat(key)) !== null) throw new LandfallError('LF_UPLOAD_EXISTS', { file: key });
      await syncFile(this.pathOf(upload));
      await landing.moveFrom(await openStorage(this.options.folder), `${id}/${name}`, key);
      await this.remove(id);
      return key;
    });
  }

  /** Forgets an upload. Throws LF_UPLOAD_UNKNOWN. */
  async drop(id: string): Promise<void> {
    await this.alone(id, () => this.remove(id));
  }

  private async alone<T>(id: string, work: (upload: Upload) => Promise<T>): Promise<T> {
    const upload = await this.get(id);
    if (this.busy.has(id)) throw new LandfallError('LF_UPLOAD_BUSY', { file: upload.name });
    this.busy.add(id);
    try {
      return await work(await this.get(id));
    } finally {
      this.busy.delete(id);
    }
  }

  private async remove(id: string): Promise<void> {
    const { folder } = this.options;
    await rm(join(folder, `${id}.json`), { force: true });
    await rm(join(folder, id), { recursive: true, force: true });
  }

  /** Drops what nobody has sent a piece of for long. Throws LF_UPLOAD_MANY where too many are left. */
  private async dropOld(): Promise<void> {
    const { folder } = this.options;
    let left = 0;
    for (const entry of await readdir(folder)) {
      const id = entry.replace(/\.json$/, '');
      if (entry === id || this.busy.has(id)) continue;
      const upload = await this.get(id).catch(() => null);
      const at = upload === null ? null : await stat(this.pathOf(upload)).catch(() => null);
      if (at === null || Date.now() - at.mtimeMs > keptMs) await this.remove(id);
      else left += 1;
    }
    if (left >= uploadsMost) throw new LandfallError('LF_UPLOAD_MANY', { most: uploadsMost });
  }
}

/** Throws LF_UPLOAD_NAME for what could leave the folder, or would not be loaded from it. */
function checkName(name: string): void {
  const fail = (reason: string) => {
    throw new LandfallError('LF_UPLOAD_NAME', { file: JSON.stringify(name), reason });
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  if (/[/\\\u0000-\u001f\u007f]/.test(name)) fail('it has a slash or a control character');
  if (Buffer.byteLength(name) > 200) fail('it has more than 200 bytes');
  if (name.trim() === '' || isIgnored(name))
    fail(
      'names that begin with a dot, or end in .part, .tmp, .crdownload or ~, are those of unfinished files',
    );
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.datasync().finally(() => file.close());
}
