/** Answers as Parquet, a row group at a time. */
import type { DecodedArray, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type Answer, type AnswerColumn, type AnswerRow, inGroups } from '../answer.ts';
import { daysOf, decimalOf, doubleOf, microsOf, ValueReader } from './values.ts';

/** Rows of a row group: as DuckDB writes them. */
const groupRows = 122_880;

/** The bytes of a file, as they come. */
export async function* parquetOf(answer: Answer): AsyncGenerator<Uint8Array> {
  const forms = answer.columns.map(formOf);
  const writer = new ByteWriter();
  const root = { name: 'root', num_children: forms.length };
  const parquet = new ParquetWriter({
    writer,
    schema: [root, ...forms.map(({ schema }) => schema)],
    createdBy: 'landfall',
  });
  for await (const rows of inGroups(answer, groupRows)) {
    const columnData = forms.map(({ schema, data }, i) => ({ name: schema.name, data: data(rows, i) }));
    await parquet.write({ columnData, rowGroupSize: rows.length });
    yield taken(writer);
  }
  await parquet.finish();
  yield taken(writer);
}

/** What the writer holds. It goes on counting bytes, because the footer says where they are. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

interface Form {
  readonly schema: SchemaElement;
  data(rows: readonly AnswerRow[], index: number): DecodedArray;
}

function formOf(column: AnswerColumn): Form {
  const { name, type } = column;
  const reader = new ValueReader(column, 'Parquet');
  const form = <T>(element: Omit<SchemaElement, 'name'>, read: (text: string) => T | undefined): Form => ({
    schema: { name, repetition_type: 'OPTIONAL', ...element },
    data: (rows, index) => reader.read(rows, index, read),
  });
  switch (type.kind) {
    case 'boolean':
      return form({ type: 'BOOLEAN' }, (text) => text === 'true');
    case 'int32':
      return form({ type: 'INT32' }, Number);
    case 'int64':
      return form({ type: 'INT64' }, BigInt);
    case 'double':
    case 'number':
      return form({ type: 'DOUBLE' }, doubleOf);
    case 'decimal': {
      const { precision, scale } = type;
      const bytes = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 } as const;
      return form({ ...bytes, converted_type: 'DECIMAL', precision, scale }, (text) =>
        decimalOf(text, scale),
      );
    }
    case 'date':
      return form({ type: 'INT32', converted_type: 'DATE' }, daysOf);
    case 'timestamp': {
      const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: type.zoned, unit: 'MICROS' } as const;
      return form({ type: 'INT64', logical_type }, microsOf);
    }
    case 'json':
    case 'text':
      return form({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, String);
  }
}
