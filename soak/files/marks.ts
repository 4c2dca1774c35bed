/**
 * Contents of marks and notes: the bytes of the file, and the rows and rejects to expect. What to expect is known
 * from making the rows, not from reading them.
 */
import { Draw } from '../draw.ts';
import type { Content, Writing } from '../plan/types.ts';
import { type Encoder, encoderOf } from './encode.ts';

/** A piece of a content. */
export interface Piece {
  readonly bytes: Buffer;
  /** Rows as CSV: content, record, byte_offset, noted_at, amount, note; of JSON exact, too. */
  readonly rows: string;
  /** Rejects as CSV: byte_offset, code. */
  readonly rejects: string;
}

const columns = ['content', 'record', 'byte_offset', 'noted_at', 'amount', 'note'] as const;

/** The size of the pieces of text that are passed on. */
export const pieceLength = 128 * 1024;

/** What is wrong with a rejected row, by the code that says so. */
const rejectCodes = [
  'LF_REJECT_TYPE',
  'LF_REJECT_FIELD_COUNT',
  'LF_REJECT_MISSING',
  'LF_REJECT_QUOTE',
] as const;
type RejectCode = (typeof rejectCodes)[number];

const words = 'blue,old,"so" he said,a\nb,it\'s,10%,back\\slash,right;left,tab\there,a|b,a||b,'.split(',');
const letters: Readonly<Record<Writing['encoding'], string>> = {
  'utf-8': 'héllo wörld žluť 東京 🚲',
  'utf-16le': 'héllo wörld žluť 東京 🚲',
  'utf-16be': 'héllo wörld žluť 東京 🚲',
  'windows-1251': 'Привет из Москвы и Киева',
};

export function* marksOf(content: Content): Generator<Piece> {
  const { id, seed, rows, rejectShare, longerThan } = content;
  const writing = content.writing!;
  const draw = new Draw(seed);
  const encoder = encoderOf(writing.encoding);
  const months = draw.whole(1, 4);
  const token = longerThan ?? id;
  const piece = new PieceMaker(writing, encoder);
  piece.open();
  for (let record = 0; record < rows; record++) {
    if (writing.comment !== null && draw.chance(0.02)) piece.line(`${writing.comment} don't read me`);
    const values = [
      token,
      String(record),
      String(piece.at),
      drawTime(draw, months),
      drawAmount(draw),
      drawNote(draw, writing.encoding),
    ];
    const code = rejectShare > 0 && draw.chance(rejectShare) ? draw.pick(rejectCodes) : null;
    if (code === null) piece.row(values);
    else piece.reject(code, values);
    if (piece.length >= pieceLength) yield piece.take();
  }
  piece.close();
  yield piece.take();
}

export function drawTime(draw: Draw, months: number): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  const month = draw.whole(1, months);
  return `2024-${pad(month)}-${pad(draw.whole(1, 28))} ${pad(draw.whole(0, 23))}:${pad(draw.whole(0, 59))}:${pad(draw.whole(0, 59))}`;
}

export function drawAmount(draw: Draw): string {
  return draw.chance(0.1) ? '' : `${draw.whole(-99_999, 99_999)}.${draw.whole(10, 99)}`;
}

export function drawNote(draw: Draw, encoding: Writing['encoding']): string {
  const kind = draw.share();
  if (kind < 0.1) return '';
  if (kind < 0.2) return letters[encoding];
  if (kind < 0.3) return ` ${draw.pick(words)} of ${draw.pick(words)} `;
  return `plain ${draw.whole(0, 1e6)} words`;
}

/** Writes records as text and counts the bytes. */
class PieceMaker {
  /** Bytes of the content before the next record. */
  at = 0;
  private readonly writing: Writing;
  private readonly encoder: Encoder;
  private text = '';
  private rows = '';
  private rejects = '';

  constructor(writing: Writing, encoder: Encoder) {
    this.writing = writing;
    this.encoder = encoder;
  }

  get length(): number {
    return this.text.length;
  }

  open(): void {
    const { byteOrderMark, preamble, stranger } = this.writing;
    if (byteOrderMark) this.add('\ufeff');
    for (const line of preamble) this.line(line);
    this.line((stranger ? ['who_knows', ...columns] : columns).join(this.writing.delimiter));
  }

  close(): void {
    for (const line of this.writing.footer) this.line(line);
  }

  line(text: string): void {
    this.add(text + this.writing.lineEnd);
  }

  row(values: readonly string[]): void {
    const [content, record, byteOffset, time, amount, note] = values;
    this.rows += `${content},${record},${byteOffset},${time},${amount},${note === '' ? '' : `"${note.replaceAll('"', '""')}"`}\n`;
    this.record(values.map((value) => this.field(value)));
  }

  reject(code: RejectCode, values: readonly string[]): void {
    this.rejects += `${this.at},${code}\n`;
    const { quote } = this.writing;
    const [content, record, ...rest] = values.map((value) => this.field(value));
    if (code === 'LF_REJECT_TYPE') this.record([content, `x${record}`, ...rest]);
    else if (code === 'LF_REJECT_FIELD_COUNT') this.record([content, record]);
    else if (code === 'LF_REJECT_MISSING') this.record(['', record, ...rest]);
    else this.record([content, record, ...rest.slice(0, -1), `${quote}closed${quote}early`]);
  }

  take(): Piece {
    const piece = { bytes: this.encoder.bytes(this.text), rows: this.rows, rejects: this.rejects };
    this.text = this.rows = this.rejects = '';
    return piece;
  }

  private record(fields: readonly string[]): void {
    const { delimiter, blanks, stranger, lineEnd } = this.writing;
    const gap = blanks ? '  ' : '';
    const all = stranger ? ['?', ...fields] : fields;
    this.add(gap + all.join(gap + delimiter + gap) + gap + lineEnd);
  }

  /** The text, quoted if necessary. */
  private field(value: string): string {
    const { quote, escape: mark, delimiter } = this.writing;
    const special = [quote, delimiter, '\n', '\r', ' ', '\t', '#', mark ?? quote];
    if (!special.some((one) => value.includes(one))) return value;
    const escaped = mark === null ? value : value.replaceAll(mark, mark + mark);
    return quote + escaped.replaceAll(quote, mark === null ? quote + quote : mark + quote) + quote;
  }

  private add(text: string): void {
    this.text += text;
    this.at += this.encoder.length(text);
  }
}
