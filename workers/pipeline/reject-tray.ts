/** Rejected rows as the ledger records them: place, raw text and reason. */
import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { originalBytes } from '../../kernel/dialect/encodings.ts';
import { readHead } from '../../kernel/dialect/header.ts';
import { fieldTexts } from '../../kernel/json/field-texts.ts';
import { RECORD_BYTES_MAX } from '../../kernel/kernel.ts';
import { isCut } from '../../kernel/read-batch.ts';
import { type KernelDialect, type RawReject, RejectReason } from '../../kernel/types.ts';
import { storable } from '../../ledger/json.ts';
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
  [RejectReason.fraction]: 'LF_REJECT_FRACTION',
  [RejectReason.zone]: 'LF_REJECT_ZONE',
  [RejectReason.limit]: 'LF_REJECT_BYTES',
  [RejectReason.compute]: 'LF_REJECT_COMPUTE',
  [RejectReason.key]: 'LF_REJECT_KEY',
  [RejectReason.order]: 'LF_REJECT_ORDER',
  [RejectReason.json]: 'LF_REJECT_JSON',
};

/**
 * The most rejects of a chunk in memory. Beyond this, or beyond the limit on characters, they are written to the
 * ledger. Bound: 8 MiB of raw text, plus the rejects of one turn.
 */
const KEPT_REJECTS = 2_000;
const KEPT_CHARACTERS = 4 * 1024 * 1024;

/**
 * The number of rejects after which the event loop runs and the signal is checked. A batch may consist of rejects,
 * which takes a second. The encoder of the quarantine part needs about 30 ms for this number.
 */
const REJECTS_BETWEEN_TURNS = 250;

/** The most characters of a value that a message quotes. */
const QUOTED_CHARACTERS = 60;

/** Stands for a value that lies, at least in part, beyond the recorded text of its record. */
const FAR_VALUE = 'a value beyond the recorded text';

/** Stands for a value of the record around an element: the recorded text is that of the element. */
const AROUND_VALUE = 'a value of the record around it';

/** Where rejects are written to. */
export interface RejectPlaces {
  readonly ledger: Ledger;
  /** Runs statements in the chunk's transaction. Used if a chunk has more rejects than are kept in memory. */
  readonly spill: (write: (client: pg.ClientBase) => Promise<void>) => Promise<void>;
  readonly sinks: { writeRejects(rejects: readonly LedgerReject[]): Promise<void> };
  /** Aborts when the chunk is given back. */
  readonly signal: AbortSignal;
}

/** A chunk's rejects, kept in bounded memory for its sinks and its transaction. */
export class RejectTray {
  count = 0;
  /** The rejects that are not in the ledger yet. */
  rest: LedgerReject[] = [];
  private characters = 0;
  private readonly job: ChunkJob;
  private readonly dataset: CompiledDataset;
  private readonly layout: FileLayout;
  private readonly lineStart: number;
  private readonly places: RejectPlaces;

  /** `lineStart`: the 1-based line in the file at which the chunk begins. */
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
   * Takes a batch's rejects. If the chunk has very many, writes some to the ledger in its transaction. Throws the
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

/** `lineStart`: the 1-based line in the file at which the chunk begins. */
export function ledgerReject(
  raw: RawReject,
  dataset: CompiledDataset,
  layout: FileLayout,
  lineStart: number,
  fields = fieldsOf(raw.raw, layout),
): LedgerReject {
  const { columns, fieldOfColumn } = readColumns(dataset, layout);
  const column = raw.column === -1 ? null : columns[raw.column];
  const cut = isCut(raw.raw, raw.byteLength);
  const field = column === null ? -1 : fieldOfColumn[raw.column];
  const code = codes[raw.reason];
  const type = column === null ? 'value' : typeOf(column.logical).words(column.logical, column);
  // Enrichments that a definition does not name begin with #.
  const nameless = raw.computed?.startsWith('#') === true;
  const columnName = nameless ? null : (raw.computed ?? raw.past?.column ?? column?.name ?? null);
  const words = {
    column: nameless ? 'A computed value' : (columnName ?? 'The row'),
    value: cut && field >= fields.length - 1 ? FAR_VALUE : valueText(fields, field, layout),
    type,
    aType: `${type.startsWith('int') ? 'an' : 'a'} ${type}`,
    zone: zoneWords(column),
    encoding: layout.encoding,
    place: invalidPlace(raw, layout),
    found: cut ? `${fields.length} or more` : fields.length,
    bytes: raw.past?.bytes ?? raw.byteLength,
    most: raw.past?.most ?? RECORD_BYTES_MAX,
    what: raw.past?.what ?? '',
    expected: layout.fieldCount,
    rule: raw.rule ?? '',
    key: raw.reason === RejectReason.unique ? keyText(raw, dataset, fields, layout) : '',
    first: raw.first ?? '',
    because: raw.because === undefined ? '' : storable(raw.because),
  };
  return {
    byteOffset: raw.byteOffset,
    byteLength: raw.byteLength,
    line: lineStart + raw.line,
    column: columnName,
    code,
    message: describeError(new LandfallError(code, words)).message + alsoOf(raw, dataset, layout, fields),
    raw: raw.raw,
  };
}

/** What is wrong with other columns of the row, in words. */
function alsoOf(
  { others = [], ...first }: RawReject,
  dataset: CompiledDataset,
  layout: FileLayout,
  fields: readonly string[],
): string {
  const { byteOffset, byteLength, record, line, raw } = first;
  const place = { byteOffset, byteLength, record, line, raw };
  const messages = others.map(
    (fault) => ledgerReject({ ...place, ...fault }, dataset, layout, 0, fields).message,
  );
  return messages.length === 0 ? '' : ` Also: ${messages.join(' ')}`;
}

/** Says where in the file the first invalid byte is. */
function invalidPlace({ raw, byteOffset, validBytes }: RawReject, { encoding }: FileLayout): string {
  if (typeof validBytes !== 'number') return '';
  const before = originalBytes(Buffer.from(raw).subarray(0, validBytes), encoding);
  return `, the first at byte ${byteOffset + before} of the file`;
}

/** The key that a row has in common with another row: `order_id "17", day "2024-01-01"`. */
function keyText(
  { rule }: RawReject,
  { unique, columns }: CompiledDataset,
  fields: readonly string[],
  layout: FileLayout,
): string {
  const key = unique.find(({ name }) => name === rule)?.columns ?? [];
  return key
    .map((c) => `${columns[c].name} ${valueText(fields, layout.fieldOfColumn[c], layout)}`)
    .join(', ');
}

/** The value of a field in words, as far as the recorded text has it. */
function valueText(fields: readonly string[], field: number, { format }: FileLayout): string {
  const isAround = format?.explode !== undefined && format.fields[field]?.path.startsWith('^');
  return isAround ? AROUND_VALUE : quoted(fields[field] ?? '');
}

/** The fields of the record, as far as its recorded text can be split. */
function fieldsOf(raw: string, layout: FileLayout): readonly string[] {
  if (layout.format !== undefined)
    return fieldTexts(Buffer.from(raw), layout.format).map((text) => text ?? 'null');
  const dialect: KernelDialect = layout;
  return readHead(Buffer.from(`${raw}\n`), dialect)?.fields ?? [];
}

function quoted(value: string): string {
  const short = value.length > QUOTED_CHARACTERS ? `${value.slice(0, QUOTED_CHARACTERS)}…` : value;
  return JSON.stringify(short);
}

/** Names the zone of local times. With VV the text itself contains it. */
function zoneWords(column: CompiledColumn | null): string {
  if (column?.logical.type !== 'timestamp') return 'its zone';
  const named = column.reading?.formats?.some((format) => format.includes('VV'));
  return named ? 'its zone' : column.logical.zone;
}
