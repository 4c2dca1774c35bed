/** Bytes to columns and rejects, in windows and pieces of any size; and columns to COPY rows. */
import { createKernel, type KernelOptions } from '../../../kernel/kernel.ts';
import type { Batch, Kernel, KernelColumn, KernelDialect } from '../../../kernel/types.ts';
import { readWithKernel } from '../../kernel/read.ts';
import { readChunk } from '../../oracle/csv.ts';
import { anyColumn, anyValue } from '../columns.ts';
import { checkCopyRows } from '../copy-rows.ts';
import { anyDialect, anyText, corpus, encoded } from '../dialects.ts';
import { checkGuards } from '../guarded.ts';
import { mutate } from '../mutate.ts';
import { checkPackedRows } from '../packed-rows.ts';
import type { Chance } from '../random.ts';
import { expectSame, type Input, type Target } from '../target.ts';

interface KernelInput extends Input {
  readonly options: {
    readonly dialect: KernelDialect;
    readonly columns: readonly KernelColumn[];
    readonly fieldOfColumn: readonly number[];
    readonly fieldCount: number;
    readonly places: boolean;
    readonly kernel: KernelOptions;
    readonly pieces: readonly number[];
    readonly byteStart: number;
  };
}

/** Batches, windows and limits: each kernel is used again and again. */
const kernelOptions: readonly KernelOptions[] = [
  { batchRows: 1, inputBytes: 144, recordBytesMax: 100 },
  { batchRows: 3, inputBytes: 500, recordBytesMax: 20 },
  { batchRows: 7, inputBytes: 144, recordBytesMax: 1 << 20 },
  { batchRows: 100, inputBytes: 144, recordBytesMax: 300 },
  { batchRows: 500, inputBytes: 4096, recordBytesMax: 1 << 20 },
];
const kernels = new Map<KernelOptions, Promise<Kernel>>();

function kernelOf(options: KernelOptions): Promise<Kernel> {
  const kernel = kernels.get(options) ?? createKernel(options);
  kernels.set(options, kernel);
  return kernel;
}

function make(chance: Chance): KernelInput {
  const dialect = anyDialect(chance);
  const columns = chance.list(4, () => anyColumn(chance), 1);
  const fieldCount = chance.once(6) ? chance.between(1, 5) : columns.length;
  const fieldOfColumn = columns.map((_, i) => (i >= fieldCount || chance.once(12) ? -1 : i));
  if (chance.once(6)) fieldOfColumn.reverse();
  const quote = dialect.quote ?? '';
  const record = () =>
    Array.from({ length: fieldCount }, (_, field) => {
      const column = columns[fieldOfColumn.indexOf(field)] ?? columns[0];
      const value = anyValue(chance, column);
      return chance.once(4) || value.includes(dialect.delimiter) ? `${quote}${value}${quote}` : value;
    }).join(dialect.delimiter);
  const lineEnd = chance.of(['\n', '\n', '\r\n', '\r']);
  const way = chance.below(10);
  const rows = chance.once(30) ? 300 : 12;
  const clean =
    way === 0
      ? chance.of(corpus)
      : encoded(
          way === 1 ? anyText(chance, dialect) : chance.list(rows, record).join(lineEnd),
          dialect.encoding,
        );
  return {
    bytes: mutate(chance, clean, chance.of(corpus)),
    options: {
      ...{ dialect, columns, fieldOfColumn, fieldCount, places: chance.once(3) },
      kernel: chance.of(kernelOptions),
      pieces: chance.list(4, () => chance.between(1, chance.once(2) ? 90 : 5000), 1),
      byteStart: chance.of([0, 1000, 2 ** 40]),
    },
  };
}

async function check({ bytes, options }: KernelInput): Promise<void> {
  const { kernel: size, pieces, byteStart, ...plan } = options;
  const kernel = await kernelOf(size);
  const { recordBytesMax } = size;
  const expected = readChunk(bytes, plan, { byteStart, recordBytesMax });
  const onBatch = (batch: Batch) => {
    checkCopyRows(kernel, plan.columns, batch);
    checkPackedRows(kernel, plan.columns, batch);
  };
  const found = await readWithKernel(bytes, plan, { kernel, pieces, byteStart, onBatch });
  checkGuards();
  expectSame(found, expected, 'the kernel reads');
}

export const kernelTarget: Target<KernelInput> = { name: 'kernel', weight: 6, make, check };
