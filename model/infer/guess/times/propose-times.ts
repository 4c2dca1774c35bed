/** Which type holds the times of a column: days, instants or times of day. */
import { type ColumnValues, headerWords, misfitShareMost, misfitsMost, saysTime } from '../column-values.ts';
import type { Note, Objection, Proposal, Propose } from '../proposal.ts';
import { check, evidence, shown } from '../proposal.ts';
import { compactFormat, epochUnit } from './digits-only.ts';
import { ordersOf } from './order.ts';
import { type Kind, type Structure, structuresIn, type Valid, validate } from './structures.ts';
import { formatsMost, formatsOf, type LocalFormat, languagesOf } from './write-formats.ts';

interface Times {
  readonly formats: readonly LocalFormat[];
  readonly structures: readonly Structure[];
  readonly misfits: readonly string[];
  readonly valid: readonly Valid[];
  readonly notes: readonly Note[];
  readonly dayFirst: boolean | undefined;
}

/** The texts that are of one of the kinds; null if too few are. */
function timesOf(values: ColumnValues, kinds: readonly Kind[]): Times | null {
  const { structures: all, others } = values.found(structuresIn);
  // An instant has a day.
  const isWhole = ({ layouts: [{ has }] }: Structure) => has.has('day') || has.has('x') || has.has('compact');
  const structures = all.filter(
    (one) => kinds.includes(one.kind) && (one.kind !== 'date' || kinds.length === 1 || isWhole(one)),
  );
  const misfits = [...others];
  for (const structure of all) if (!structures.includes(structure)) misfits.push(...structure.texts);
  const fits = () => misfits.length <= misfitsMost && values.rowsOf(misfits) <= values.rows * misfitShareMost;
  if (structures.length === 0 || !fits()) return null;
  const orders = ordersOf(structures, values.hints.dayFirstHint);
  const languages = languagesOf(new Set(structures.flatMap(({ months }) => [...months])));
  const formats: LocalFormat[] = [];
  const kept: Structure[] = [];
  const valid: Valid[] = [];
  const notes: Note[] = [];
  for (const structure of structures) {
    const found = orders.get(structure);
    const order = found?.order ?? null;
    const checked = isTrusted(structure, values) ? validate(structure, order) : null;
    if (checked === null || checked.invalid.length === structure.texts.length) {
      misfits.push(...structure.texts);
      continue;
    }
    misfits.push(...checked.invalid);
    formats.push(...formatsOf(structure, order, checked, languages));
    kept.push(structure);
    valid.push(checked);
    for (const note of found?.notes ?? []) if (!notes.some((one) => one.text === note.text)) notes.push(note);
  }
  if (kept.length === 0 || formats.length > formatsMost || !fits()) return null;
  const told = kept.map((structure) => orders.get(structure)?.dayFirst).filter((one) => one !== undefined);
  if (new Set(told).size > 1) notes.push(check('days and months stand in both orders, each in its own form'));
  return {
    formats,
    structures: kept,
    misfits,
    valid,
    notes,
    dayFirst: new Set(told).size === 1 ? told[0] : undefined,
  };
}

/** Numbers with two points are versions as often as days: a day of this form has two digits at each place. */
function isTrusted({ layouts, texts }: Structure, { header }: ColumnValues): boolean {
  if (!layouts[0].has.has('z')) return true;
  const short = layouts.some(({ parts }) =>
    parts.some((part) => part.kind === 'field' && part.digits === 1 && 'xyz'.includes(part.name)),
  );
  return !short || /^\d{1,2}\/\d{1,2}\/\d\d(?!\d)/.test(texts[0]) || saysTime(header);
}

/** Options of formats: one language is said once. */
function formatOptions({ formats, valid, structures }: Times): Record<string, unknown> {
  const languages = new Set(formats.flatMap(({ locale }) => (locale === null ? [] : [locale])));
  languages.delete('en');
  const single = languages.size === 1 && !formats.some(({ locale }) => locale === 'en');
  const [language] = languages;
  const written = formats.map(({ format, locale }) =>
    locale === null || locale === 'en' || single ? format : { format, locale },
  );
  return {
    formats: written,
    ...(single && { locale: language }),
    ...(valid.some(({ leap }) => leap) && { leapSecond: 'clamp' }),
    ...(fractionMost(structures) > 6 && { fraction: 'truncate' }),
  };
}

function fractionMost(structures: readonly Structure[]): number {
  let most = 0;
  for (const { layouts } of structures) {
    for (const { parts } of layouts) {
      for (const part of parts)
        if (part.kind === 'field' && part.name === 'fraction') most = Math.max(most, part.digits);
    }
  }
  return most;
}

function remarksOf({ formats, structures, notes, valid }: Times): Note[] {
  const remarks = [...notes];
  if (formats.length > 1) remarks.unshift(evidence(`${formats.length} formats`));
  const short = structures.find(({ layouts: [{ has }] }) => has.has('z') || has.has('shortYear'));
  if (short !== undefined) {
    remarks.push(check(`years of two digits are 1970 to 2069: ${shown(short.texts[0])}`));
  }
  const languages = [...new Set(formats.flatMap(({ locale }) => locale ?? []))];
  if (languages.some((locale) => locale !== 'en')) {
    remarks.push(evidence(`names of months in: ${languages.join(', ')}`));
  }
  if (valid.some(({ leap }) => leap)) remarks.push(check('second 60 is read as 59'));
  if (fractionMost(structures) > 6) {
    remarks.push(check('digits of a fraction beyond microseconds are cut off'));
  }
  return remarks;
}

function proposal(times: Times, options: Record<string, unknown>, remarks: readonly Note[]): Proposal {
  const { misfits, dayFirst } = times;
  return { options, misfits, remarks, ...(dayFirst !== undefined && { shows: { dayFirst } }) };
}

const dates = (values: ColumnValues) => timesOf(values, ['date']);
const instants = (values: ColumnValues) => timesOf(values, ['date', 'timestamp']);
const clocks = (values: ColumnValues) => timesOf(values, ['time']);

export const proposeDate: Propose = (values) => {
  const compact = values.found(compactFormat);
  if (compact !== null) {
    if (compact.format !== 'yyyyMMdd') return null;
    const [text] = values.counts.keys();
    const sure = saysTime(values.header);
    const remark = `all numbers are days from 1900 to 2100: ${shown(text)}`;
    return {
      options: { formats: [compact.format] },
      misfits: compact.misfits,
      remarks: [sure ? evidence(remark) : check(remark)],
    };
  }
  const times = values.found(dates);
  if (times === null) return noTimes(values);
  const monthly = times.structures.find(
    ({ layouts: [{ has }] }) => !has.has('day') && !has.has('x') && !has.has('compact'),
  );
  const season = monthly === undefined ? null : seasonIn(monthly);
  if (season !== null) return { because: season };
  const remarks = remarksOf(times);
  if (monthly !== undefined) {
    const some = times.structures.length > 1 || monthly.layouts[0].has.has('shortYear');
    const text = `${shown(monthly.texts[0])} is a month: its first day is kept`;
    remarks.push(some ? check(text) : evidence(text));
  }
  const options = formatOptions(times);
  const usual = times.formats.length === 1 && times.formats[0].format === 'yyyy-MM-dd';
  return proposal(times, usual ? {} : options, remarks);
};

/** 2009-10, 2010-11: years that follow one another, not months. */
function seasonIn({ layouts: [{ has }], texts }: Structure): Note | null {
  if (has.has('monthName') || texts.length < 2) return null;
  const follows = texts.every((text) => {
    const [year, next] = text.split(/\D+/).map(Number);
    return (year + 1) % 100 === next;
  });
  return follows ? check(`kept as text: ${shown(texts[0])} may be a season or a month`) : null;
}

const noZone = check('the file does not name its zone: UTC is assumed');

export const proposeTimestamp: Propose = (values) => {
  const compact = values.found(compactFormat);
  if (compact !== null) {
    if (compact.format === 'yyyyMMdd') return null;
    const options = { formats: [compact.format], zone: 'UTC' };
    return { options, misfits: compact.misfits, remarks: [check('all numbers are times'), noZone] };
  }
  const epoch = values.found(epochUnit);
  if (epoch !== null) {
    const unit = { s: 'seconds', ms: 'milliseconds', us: 'microseconds' }[epoch.format];
    return {
      options: { epoch: epoch.format },
      misfits: epoch.misfits,
      remarks: [evidence(`${unit} since 1970, by name and range`)],
    };
  }
  const times = values.found(instants);
  if (times === null || times.structures.every(({ kind }) => kind === 'date')) return noTimes(values);
  const remarks = remarksOf(times);
  if (times.structures.some(({ kind }) => kind === 'date')) {
    remarks.push(check('some values have no time of day: midnight is assumed'));
  }
  const zoned = ({ layouts: [{ has }] }: Structure) => has.has('offset') || has.has('zone');
  const local = !times.structures.every(zoned);
  if (local) remarks.push(noZone);
  const midnight = times.structures.every(
    ({ layouts: [{ has }] }, i) => has.has('hour') && times.valid[i].midnight,
  );
  if (midnight && values.counts.size > 1) remarks.push(evidence('every time is midnight'));
  return proposal(times, { ...formatOptions(times), ...(local && { zone: 'UTC' }) }, remarks);
};

/** Times that nothing reads. */
function noTimes(values: ColumnValues): Objection | null {
  const { shapes, rows } = values;
  const rowsLike = (test: RegExp) =>
    shapes.reduce((sum, group) => (test.test(group.shape) ? sum + group.rows : sum), 0);
  const mostly = (test: RegExp) => rowsLike(test) > rows * (1 - misfitShareMost);
  const say = (what: string) => ({ because: check(`kept as text: ${what}`) });
  const version = dayOrVersion(values);
  if (version !== null) return say(`${shown(version)} may be a day or a version`);
  const cjk = shapes.every(({ words }) => words.length >= 2 && words[0].has('年') && words[1].has('月'));
  if (mostly(/^9999a9{1,2}a9{1,2}a/) && cjk) return say('no format reads 年, 月 and 日');
  const weeks = shapes.filter(
    ({ words }) => words.length === 1 && [...words[0]].every((w) => /^w$/i.test(w)),
  );
  if (mostly(/^9999-?a9{1,2}(-9)?$/)) {
    return weeks.length > 0 ? say('weeks have no format') : say('no format reads parts of years like these');
  }
  const zoned = / a{1}\)?$/;
  const clock = /9:99/;
  const capitals = shapes.every(
    ({ words }) => words.length === 0 || [...words[words.length - 1]].every((w) => /^\p{Lu}{2,5}$/u.test(w)),
  );
  if (mostly(clock) && mostly(zoned) && capitals) return say('abbreviations of zones have several meanings');
  return null;
}

/** A text of a column of days that may be versions (isTrusted), all of which there are; null if it is none. */
function dayOrVersion(values: ColumnValues): string | null {
  const structures = values
    .found(structuresIn)
    .structures.filter((one) => one.kind === 'date' && !isTrusted(one, values));
  const rows = structures.reduce((sum, one) => sum + one.rows, 0);
  if (rows <= values.rows * (1 - misfitShareMost)) return null;
  const orders = ordersOf(structures, values.hints.dayFirstHint);
  const isDay = (one: Structure) => validate(one, orders.get(one)?.order ?? null).invalid.length === 0;
  return structures.every(isDay) ? structures[0].texts[0] : null;
}

/** True for headers of lengths of time. */
export const saysDuration = (header: string) =>
  /(^| )(duration|elapsed|lap|split|pace|runtime|length|took|spent|worked|dauer|swim|bike|run|finish)( |$)/.test(
    headerWords(header),
  );

/** Of a text like 8:30 nobody knows whether it is half past eight, or eight and a half minutes. */
export const hoursOrMinutes = (text: string) =>
  check(`kept as text: ${shown(text)} may be hours and minutes or minutes and seconds`);

const usualClocks = new Set(['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S']);

export const proposeTime: Propose = (values) => {
  const times = values.found(clocks);
  if (times === null) return null;
  const { formats, structures } = times;
  const lengths = new Set(structures.map(({ layouts: [{ has }] }) => has.has('second')));
  if (saysDuration(values.header))
    return lengths.has(false) ? { because: hoursOrMinutes(structures[0].texts[0]) } : null;
  const padded = formats.every(({ format }) => /^(HH|hh)/.test(format));
  if (lengths.size > 1 && !padded) {
    const short = structures.find(({ layouts: [{ has }] }) => !has.has('second'))!;
    return { because: hoursOrMinutes(short.texts[0]) };
  }
  const remarks = [...remarksOf(times), check('a time of day; a length of time is interval()')];
  const options = formatOptions(times);
  const usual = formats.every(({ format }) => usualClocks.has(format));
  if (usual) delete options.formats;
  return proposal(times, options, remarks);
};
