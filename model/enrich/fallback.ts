/**
 * The work between kernel and enrichment: converts texts of types that the kernel does not read, and applies the
 * rules. Rows that do not fit become rejects and are removed from every vector.
 */

import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import {
  type Fault,
  type Batch as KernelBatch,
  type RawReject,
  RejectReason,
  type RowPlace,
} from '../../kernel/types.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { CompiledColumn, CompiledDataset } from '../compiled.ts';
import { type Converter, Refusal, type VectorOf } from '../types/column-type.ts';
import { typeOf } from '../types/column-types.ts';
import { textAt } from '../types/text.ts';
import { rowsKept } from './select.ts';
import { selectBatch } from './select-batch.ts';

/** Why rows of a batch are rejected: one entry per row, 0 if it is not. */
interface Verdicts {
  readonly reasons: Uint8Array;
  readonly columns: Int32Array;
  /** Index into dataset.rules, or -1. */
  readonly rules: Int32Array;
  /** What else is wrong with a row. */
  readonly others: Map<number, Fault[]>;
  count: number;
}

/** Faults of a row that are named beside its first; as many as the kernel names. */
const othersMost = 7;

/** True if rows may be rejected after the kernel, which must then give their places. */
export function needsPlaces({ columns, rules, unique }: CompiledDataset): boolean {
  return rules.length > 0 || unique.length > 0 || columns.some((column) => column.convert !== undefined);
}

/**
 * The batch with all columns in their own types, and without rows that break a rule. The same batch if the dataset
 * has neither converters nor rules. Throws LF_RULE if a function of the definition fails.
 */
export function convertFallbacks(dataset: CompiledDataset, batch: KernelBatch): KernelBatch {
  if (!needsPlaces(dataset)) return batch;
  const { columns } = dataset;
  const { rows } = batch;
  const verdicts: Verdicts = {
    reasons: new Uint8Array(rows),
    columns: new Int32Array(rows).fill(-1),
    rules: new Int32Array(rows).fill(-1),
    others: new Map(),
    count: 0,
  };
  // Vectors of kept unknown columns come after those of the definition.
  const vectors = batch.vectors.map((vector, c) => {
    const column = columns[c];
    if (column?.convert === undefined) return vector;
    const converted = () => convertColumn(column, c, vector, rows, verdicts);
    return inWords(dataset, `columns.${column.name}`, converted);
  });
  askRules(dataset, vectors, rows, verdicts);
  if (verdicts.count === 0) return { ...batch, vectors };

  const kept = rowsKept(verdicts.reasons, rows);
  return selectBatch({ ...batch, vectors }, kept, rejectsOf(dataset, batch, verdicts));
}

/** Throws LF_RULE, with the place in the definition, if a function of the definition fails. */
function inWords<T>(dataset: CompiledDataset, place: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LandfallError('LF_RULE', { dataset: dataset.name, place, reason }, { cause: error });
  }
}

/** Rejects a row. The first reason counts; a few others are named beside it. */
function turnAway(verdicts: Verdicts, row: number, reason: RejectReason, column: number, rule: number): void {
  if (verdicts.reasons[row] !== 0) {
    nameToo(verdicts, row, { reason, column });
    return;
  }
  verdicts.reasons[row] = reason;
  verdicts.columns[row] = column;
  verdicts.rules[row] = rule;
  verdicts.count++;
}

/** A rule over several columns may be broken only because one of them has no value: it is not named beside that. */
function nameToo({ columns, others }: Verdicts, row: number, fault: Fault): void {
  const named = others.get(row) ?? [];
  const known = [columns[row], ...named.map(({ column }) => column)];
  if (fault.column === -1 || known.includes(fault.column) || named.length === othersMost) return;
  others.set(row, [...named, fault]);
}

/** The column in its own type. Equal texts of a dictionary are converted once per batch. */
function convertColumn(
  column: CompiledColumn,
  c: number,
  vector: Vector,
  rows: number,
  verdicts: Verdicts,
): Vector {
  const { logical } = column;
  const texts = vector as VectorOf<'utf8' | 'dictionary'>;
  const builder = typeOf(logical).build(rows, logical);
  const convert = vector.kind === 'dictionary' ? remembered(column.convert!) : column.convert!;
  for (let i = 0; i < rows; i++) {
    const value = isValid(texts, i) ? convert(textAt(texts, i)) : null;
    if (value === undefined) turnAway(verdicts, i, RejectReason.type, c, -1);
    else if (value instanceof Refusal) turnAway(verdicts, i, value.reason, c, -1);
    else if (value === null && column.required) turnAway(verdicts, i, RejectReason.missing, c, -1);
    builder.set(i, value === undefined || value instanceof Refusal ? null : value);
  }
  return builder.finish();
}

function remembered(convert: Converter): Converter {
  const known = new Map<string, unknown>();
  return (text) => {
    if (!known.has(text)) known.set(text, convert(text));
    return known.get(text);
  };
}

function askRules(
  dataset: CompiledDataset,
  vectors: readonly Vector[],
  rows: number,
  verdicts: Verdicts,
): void {
  if (dataset.rules.length === 0) return;
  const named = new Map(dataset.columns.map((column, c) => [column.name, vectors[c]]));
  const broken = new Uint8Array(rows);
  dataset.rules.forEach((rule, r) => {
    broken.fill(0);
    const inputs = rule.inputs.map((input) => named.get(input)!);
    inWords(dataset, `rules.${rule.name}`, () => rule.run(inputs, rows, broken));
    for (let i = 0; i < rows; i++) if (broken[i]) turnAway(verdicts, i, rule.reason, rule.column, r);
  });
}

function rejectsOf(dataset: CompiledDataset, batch: KernelBatch, verdicts: Verdicts): RawReject[] {
  const rejects: RawReject[] = [];
  for (let row = 0; row < batch.rows; row++) {
    if (verdicts.reasons[row] === 0) continue;
    const rule = dataset.rules[verdicts.rules[row]];
    rejects.push({
      ...placeOf(batch, row),
      column: verdicts.columns[row],
      reason: verdicts.reasons[row] as RejectReason,
      ...(rule?.column === -1 ? { rule: rule.name } : {}),
      ...(verdicts.others.has(row) && { others: verdicts.others.get(row) }),
    });
  }
  return rejects;
}

function placeOf(batch: KernelBatch, row: number): RowPlace {
  if (batch.place === undefined) throw new TypeError('the plan of the kernel did not ask for places');
  return batch.place(row);
}
