/** Files cut anywhere: the chunks that scans, or a stream's cutter, plan give the rows of the whole. */
import { planChunks } from '../../../coordinator/plan/plan-chunks.ts';
import { toUtf8, unitBytes } from '../../../kernel/dialect/encodings.ts';
import { createKernel, type KernelOptions } from '../../../kernel/kernel.ts';
import { createScanner } from '../../../kernel/scan.ts';
import type { Kernel, KernelDialect, KernelPlan, RangeScan } from '../../../kernel/types.ts';
import type { PlannedChunk } from '../../../ledger/requests.ts';
import { RecordCutter } from '../../../workers/scan/record-cutter.ts';
import { column, planOf, readWithKernel } from '../../kernel/read.ts';
import { readChunk } from '../../oracle/csv.ts';
import { anyDialect, anyText, corpus, encoded } from '../dialects.ts';
import { checkGuards } from '../guarded.ts';
import { mutate } from '../mutate.ts';
import type { Chance } from '../random.ts';
import { expectSame, type Input, type Target } from '../target.ts';

interface PlanInput extends Input {
  readonly options: {
    readonly dialect: KernelDialect;
    /** Where ranges end, or pieces of a stream; as shares of the file. */
    readonly cuts: readonly number[];
    readonly chunkBytes: number;
    readonly way: 'scans' | 'stream';
  };
}

const size: KernelOptions = { batchRows: 50, inputBytes: 500, recordBytesMax: 1 << 20 };
let kernel: Promise<Kernel> | undefined;

const planFor = (dialect: KernelDialect): KernelPlan =>
  planOf([column({ kind: 'utf8' }), column({ kind: 'utf8' }, { required: true, nulls: [''] })], dialect);

function make(chance: Chance): PlanInput {
  const dialect = anyDialect(chance);
  const text = chance.once(4) ? chance.of(corpus) : encoded(anyText(chance, dialect), dialect.encoding);
  const stream = unitBytes(dialect.encoding ?? 'utf-8') === null || chance.once(3);
  return {
    bytes: mutate(chance, text, chance.of(corpus)),
    options: {
      ...{ dialect, cuts: chance.list(6, () => chance.below(1000) / 1000) },
      ...{ chunkBytes: chance.of([1, 1, 8, 50]), way: stream ? 'stream' : 'scans' },
    },
  };
}

/** Places where ranges end, at whole units of the encoding. */
function bordersOf(bytes: Uint8Array, { cuts, dialect }: PlanInput['options']): number[] {
  const unit = unitBytes(dialect.encoding ?? 'utf-8') ?? 1;
  const inside = cuts.map((cut) => Math.floor((cut * bytes.length) / unit) * unit).sort((a, b) => a - b);
  return [0, ...inside, bytes.length];
}

async function planned(bytes: Uint8Array, options: PlanInput['options']): Promise<PlannedChunk[]> {
  const { dialect, chunkBytes } = options;
  const borders = bordersOf(bytes, options);
  const scans: RangeScan[] = [];
  for (let i = 1; i < borders.length; i++) {
    const scanner = await createScanner(dialect, borders[i - 1]);
    scanner.update(toUtf8(bytes.subarray(borders[i - 1], borders[i]), dialect.encoding ?? 'utf-8'));
    scans.push(scanner.finish());
  }
  return planChunks({ bytes: bytes.length, recordsFrom: 0, headerLines: 0, chunkBytes, scans });
}

async function streamed(bytes: Uint8Array, options: PlanInput['options']): Promise<PlannedChunk[]> {
  const cutter = new RecordCutter(options.dialect, options.chunkBytes, null);
  cutter.begin(0, 0);
  const borders = bordersOf(bytes, options);
  for (let i = 1; i < borders.length; i++) await cutter.push(bytes.subarray(borders[i - 1], borders[i]));
  await cutter.end();
  return cutter.chunks.map(({ start, end, lines }, number) => ({
    ...{ number, byteStart: start, byteEnd: end, lineStart: lines + 1 },
  }));
}

async function check({ bytes, options }: PlanInput): Promise<void> {
  const { dialect, way } = options;
  const plan = planFor(dialect);
  const chunks = await (way === 'stream' ? streamed(bytes, options) : planned(bytes, options));
  kernel ??= createKernel(size);
  const rows = [];
  const rejects = [];
  let end = 0;
  for (const { byteStart, byteEnd, lineStart } of chunks) {
    if (byteStart !== end)
      throw new Error(`a chunk begins at ${byteStart}, and the one before ends at ${end}`);
    end = byteEnd;
    const part = await readWithKernel(bytes.subarray(byteStart, byteEnd), plan, {
      kernel: await kernel,
      byteStart,
    });
    rows.push(...part.rows);
    for (const reject of part.rejects)
      rejects.push({ ...reject, record: 0, line: reject.line + lineStart - 1 });
  }
  if (end !== bytes.length) throw new Error(`the chunks end at ${end} of ${bytes.length}`);
  checkGuards();
  const whole = readChunk(bytes, plan, { recordBytesMax: size.recordBytesMax! });
  const wanted = { rows: whole.rows, rejects: whole.rejects.map((reject) => ({ ...reject, record: 0 })) };
  expectSame({ rows, rejects }, wanted, `${chunks.length} chunks read`);
}

export const planTarget: Target<PlanInput> = { name: 'plan', weight: 3, make, check };
