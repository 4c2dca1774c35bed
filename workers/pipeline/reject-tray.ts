/** A row that was turned away, as the ledger keeps it: its place, its raw text and why. */
import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { originalBytes } from '../../kernel/dialect/encodings.ts';
import { readHead } from '../../kernel/dialect/header.ts';
import { RECORD_BYTES_MAX } from '../../kernel/kernel.ts';
import { isCut } from '../../kernel/read-batch.ts';
import { type KernelDialect, type RawReject, RejectReason } from '../../kernel/types.ts';
import type { Ledger, LedgerReject } from '../../ledger/ledger.ts';
import type { CompiledColumn, CompiledDataset } from '../../model/compiled.ts';
import { readColumns } from '../../model/file/extra.ts';
import { typeOf } from '../../model/types/column-types.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { describeError, type ErrorCode, LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';

const codes: Readonly<Record<RejectReason, ErrorCode>> = {
  [RejectReason.fieldCount]: 'LF_REJECT_FIELD_COUNT',
  [RejectReason.missing]: 'LF_REJECT_MISSING',
  [RejectReason.type]: 'LF_REJECT_TYPE',
  [RejectReason.range]: 'LF_REJECT_RANGE',
  [RejectReason.quote]: 'LF_REJECT_QUOTE',
  [RejectReason.encoding]: 'LF_REJECT_ENCODING',
  [RejectReason.ambiguousTime]: 'LF_REJECT_AMBIGUOUS_TIME',
  [RejectReason.skippedTime]: 'LF_REJECT_SKIPPED_TIME',
  [RejectReason.tooLong]: 'LF_REJECT_TOO_LONG',
  [RejectReason.length]: 'LF_REJECT_LENGTH',
  [RejectReason.pattern]: 'LF_REJECT_PATTERN',
  [RejectReason.value]: 'LF_REJECT_VALUE',
  [RejectReason.rule]: 'LF_REJECT_RULE',
  [RejectReason.nul]: 'LF_REJECT_NUL',
  [RejectReason.notFinite]: 'LF_REJECT_NOT_FINITE',
  [RejectReason.unique]: 'LF_REJECT_UNIQUE',
};

/** Rejects of a chunk in memory: past either they go to the ledger. Bound: 8 MiB of raw text and a turn's more. */
const KEPT_REJECTS = 2_000;
const KEPT_CHARACTERS = 4 * 1024 * 1024;

/**
 * Rejects between two turns of the event loop, and two looks at whether the chunk is to be given back. A batch may
 * be nothing but rejects, which takes a second; so many take the quarantine part's encoder about 30 ms.
 */
const REJECTS_BETWEEN_TURNS = 250;

/** Characters of a value that a message quotes. */
const QUOTED_CHARACTERS = 60;

/** Stands for a value that lies past what is kept of its record, or half so. */
const FAR_VALUE = 'a value far into the row';

/** Where rejects go. */
export interface RejectPlaces {
  readonly ledger: Ledger;
  /** Runs statements in the chunk's transaction, for a chunk that has more rejects than memory keeps. */
  readonly spill: (write: (client: pg.ClientBase) => Promise<void>) => Promise<void>;
  readonly sinks: { writeRejects(rejects: readonly LedgerReject[]): Promise<void> };
  /** Gives the chunk back. */
  readonly signal: AbortSignal;
}

/** A chunk's rejects, kept for its sinks and its transaction, in bounded memory. */
export class RejectTray {
  count = 0;
  /** Those that the ledger does not have yet. */
  rest: LedgerReject[] = [];
  private characters = 0;
  private readonly job: ChunkJob;
  private readonly dataset: CompiledDataset;
  private readonly layout: FileLayout;
  private readonly lineStart: number;
  private readonly places: RejectPlaces;

  /** `lineStart`: 1-based line in the file of the chunk's first byte. */
  constructor(
    job: ChunkJob,
    dataset: CompiledDataset,
    { layout, lineStart }: { readonly layout: FileLayout; readonly lineStart: number },
    places: RejectPlaces,
  ) {
    this.job = job;
    this.dataset = dataset;
    this.layout = layout;
    this.lineStart = lineStart;
    this.places = places;
  }

  /**
   * Takes a batch's rejects. A chunk that has very many writes some to the ledger, in its transaction. Throws the
   * signal's reason when it aborts.
   */
  async take(raws: readonly RawReject[]): Promise<void> {
    for (let from = 0; from < raws.length; from += REJECTS_BETWEEN_TURNS) {
      if (from > 0) await turn();
      this.places.signal.throwIfAborted();
      await this.takeSome(raws.slice(from, from + REJECTS_BETWEEN_TURNS));
    }
  }

  private async takeSome(raws: readonly RawReject[]): Promise<void> {
    const { ledger, sinks, spill } = this.places;
    const rejects = raws.map((raw) => ledgerReject(raw, this.dataset, this.layout, this.lineStart));
    this.rest.push(...rejects);
    for (const { raw } of raws) this.characters += raw.length;
    await sinks.writeRejects(rejects);
    this.count += raws.length;
    if (this.rest.length < KEPT_REJECTS && this.characters < KEPT_CHARACTERS) return;
    await spill((client) => ledger.addRejects(client, { ...this.job, rejects: this.rest }));
    crashPoint('chunk.rejects-spilled');
    this.rest = [];
    this.characters = 0;
  }
}

/** `lineStart`: 1-based line in the file of the chunk's first byte. */
export function ledgerReject(
  raw: RawReject,
  dataset: CompiledDataset,
  layout: FileLayout,
  lineStart: number,
): LedgerReject {
  const { columns, fieldOfColumn } = readColumns(dataset, layout);
  const column = raw.column === -1 ? null : columns[raw.column];
  const fields = fieldsOf(raw.raw, layout);
  const cut = isCut(raw.raw, raw.byteLength);
  const field = column === null ? -1 : fieldOfColumn[raw.column];
  const code = codes[raw.reason];
  const type = column === null ? 'value' : typeOf(column.logical).words(column.logical, column);
  const words = {
    column: column?.name ?? 'The row',
    value: cut && field >= fields.length - 1 ? FAR_VALUE : quoted(fields[field] ?? ''),
    type,
    aType: `${type.startsWith('int') ? 'an' : 'a'} ${type}`,
    zone: zoneWords(column),
    encoding: layout.encoding,
    place: invalidPlace(raw, layout),
    found: cut ? `${fields.length} or more` : fields.length,
    bytes: raw.byteLength,
    most: RECORD_BYTES_MAX,
    expected: layout.fieldCount,
    rule: raw.rule ?? '',
    key: raw.reason === RejectReason.unique ? keyText(raw, dataset, fields, fieldOfColumn) : '',
    first: raw.first ?? '',
  };
  return {
    byteOffset: raw.byteOffset,
    byteLength: raw.byteLength,
    line: lineStart + raw.line,
    column: column?.name ?? null,
    code,
    message: describeError(new LandfallError(code, words)).message,
    raw: raw.raw,
  };
}

/** Where in the file the first byte is that is not text, in words. */
function invalidPlace({ raw, byteOffset, validBytes }: RawReject, { encoding }: FileLayout): string {
  if (typeof validBytes !== 'number') return '';
  const before = originalBytes(Buffer.from(raw).subarray(0, validBytes), encoding);
  return `, the first at byte ${byteOffset + before} of the file`;
}

/** `order_id "17", day "2024-01-01"`: what a row and another one have in common. */
function keyText(
  { rule }: RawReject,
  { unique, columns }: CompiledDataset,
  fields: readonly string[],
  fieldOfColumn: readonly number[],
): string {
  const key = unique.find(({ name }) => name === rule)?.columns ?? [];
  return key.map((c) => `${columns[c].name} ${quoted(fields[fieldOfColumn[c]] ?? '')}`).join(', ');
}

/** The record's fields, as far as its raw text can be cut into them. */
function fieldsOf(raw: string, layout: FileLayout): readonly string[] {
  const dialect: KernelDialect = layout;
  return readHead(Buffer.from(`${raw}\n`), dialect)?.fields ?? [];
}

function quoted(value: string): string {
  const short = value.length > QUOTED_CHARACTERS ? `${value.slice(0, QUOTED_CHARACTERS)}…` : value;
  return JSON.stringify(short);
}

/** The zone whose clocks are meant; with VV the text itself has it. */
function zoneWords(column: CompiledColumn | null): string {
  if (column?.logical.type !== 'timestamp') return 'its zone';
  const named = column.reading?.formats?.some((format) => format.includes('VV'));
  return named ? 'its zone' : column.logical.zone;
}
