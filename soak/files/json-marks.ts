/**
 * Contents of lines and documents: records of JSON as people and programs write it. What to expect is known from making
 * the records, not from reading them.
 */
import { Draw } from '../draw.ts';
import type { Content } from '../plan/types.ts';
import { drawAmount, drawNote, drawTime, type Piece, pieceLength } from './marks.ts';

/** How a file is written. */
interface Style {
  readonly isDocument: boolean;
  readonly byteOrderMark: boolean;
  /** Stands between records, or after each line. */
  readonly lineEnd: '\n' | '\r\n' | '';
  /** Blanks around keys and values. */
  readonly gap: string;
  readonly shuffles: boolean;
}

const opening = '{"meta": {"rows": [1, "]}"], "data": {"rows": 0}}, "data": {"of": [], "rows": [';
const closing = ']},\n "next": "[{\\"rows\\""}\n';

/** What is wrong with a rejected record, by the code that says so. Quotes and brackets match, so that it ends there. */
const spoil = {
  LF_REJECT_JSON: [
    (record: string) => record.replace('{', '{"of": {"record": 07}, '),
    (record: string) => record.replace('{', '{"byte_offset": 1, '),
    (record: string) => `${record.slice(0, -1)},}`,
    (record: string) => record.replace('"noted_at"', 'noted_at'),
    () => '["not", "an object"]',
  ],
  LF_REJECT_TYPE: [(record: string) => record.replace(/("byte_offset"\s*:\s*)\d+/, '$1"here"')],
  LF_REJECT_MISSING: [(record: string) => record.replace('"noted_at"', '"noted"')],
} as const;
const codes = Object.keys(spoil) as (keyof typeof spoil)[];

export function* jsonMarksOf(content: Content): Generator<Piece> {
  const { id, dataset, seed, rows, rejectShare, longerThan } = content;
  const style = drawStyle(new Draw(seed).of('style'), dataset === 'documents');
  const draw = new Draw(seed);
  const months = draw.whole(1, 4);
  const token = longerThan ?? id;
  let [text, accepted, rejects] = [style.byteOrderMark ? '\ufeff' : '', '', ''];
  if (style.isDocument) text += opening;
  let at = Buffer.byteLength(text);
  const add = (more: string) => {
    text += more;
    at += Buffer.byteLength(more);
  };
  for (let record = 0; record < rows; record++) {
    if (style.isDocument && record > 0) add(`,${style.lineEnd}${style.gap}`);
    const values = {
      ...{ token, record, at, time: drawTime(draw, months), amount: drawAmount(draw) },
      ...{ note: drawNote(draw, 'utf-8'), exact: drawExact(draw) },
    };
    const written = recordText(draw, style, values);
    if (rejectShare > 0 && draw.chance(rejectShare)) {
      const code = draw.pick(codes);
      rejects += `${at},${code}\n`;
      add(draw.pick<(record: string) => string>(spoil[code])(written));
    } else {
      const { note } = values;
      accepted += `${token},${record},${at},${values.time},${values.amount},${note === '' ? '' : `"${note.replaceAll('"', '""')}"`},${values.exact}\n`;
      add(written);
    }
    if (!style.isDocument) add(draw.chance(0.02) ? `${style.lineEnd} ${style.lineEnd}` : style.lineEnd);
    if (text.length < pieceLength) continue;
    yield { bytes: Buffer.from(text), rows: accepted, rejects };
    text = accepted = rejects = '';
  }
  if (style.isDocument) add(closing);
  yield { bytes: Buffer.from(text), rows: accepted, rejects };
}

function drawStyle(draw: Draw, isDocument: boolean): Style {
  return {
    isDocument,
    byteOrderMark: draw.chance(0.2),
    lineEnd: isDocument ? draw.pick(['\n', '\r\n', ''] as const) : draw.pick(['\n', '\r\n'] as const),
    gap: draw.pick(['', '', ' ', '\t']),
    shuffles: draw.chance(0.5),
  };
}

interface Values {
  readonly token: string;
  readonly record: number;
  readonly at: number;
  readonly time: string;
  readonly amount: string;
  readonly note: string;
  readonly exact: string;
}

/** Empty values are null, or not there. */
function recordText(draw: Draw, { gap, shuffles }: Style, values: Values): string {
  const { token, record, at, time, amount, note, exact } = values;
  const members = [
    `"of"${gap}:${gap}{"content":${gap}"${token}",${gap}"record":${record}}`,
    `"byte_offset"${gap}:${gap}${at}`,
    `"noted_at":"${draw.chance(0.3) ? time.replace(' ', 'T') : time}"`,
    ...member(draw, 'values', amount === '' ? '' : `[${gap}${amount},${gap}{"]":"}"}]`),
    ...member(draw, 'note', note === '' ? '' : textOf(draw, note)),
    ...member(draw, 'exact', exact),
  ];
  if (draw.chance(0.2)) members.push(`"other":{"byte_offset":[${gap}{"of":"\\"}]"}]}`);
  if (shuffles) members.push(...members.splice(0, draw.whole(0, members.length - 1)));
  return `{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
}

function member(draw: Draw, key: string, value: string): string[] {
  if (value !== '') return [`"${key}":${value}`];
  return draw.chance(0.5) ? [] : [`"${key}": null`];
}

/** Escapes what needs it, or everything. */
function textOf(draw: Draw, text: string): string {
  if (draw.chance(0.8)) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).padStart(4, '0'),
  );
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

/** More digits than a double has. */
function drawExact(draw: Draw): string {
  if (draw.chance(0.1)) return '';
  const digits = () => String(draw.whole(1e8, 1e9 - 1));
  return `${draw.pick(['', '-'])}${digits()}${digits().slice(0, 8)}.${digits()}${draw.pick(['', '0', '123'])}`;
}
