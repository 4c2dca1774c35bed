/** The part of parquetjs-lite that is used; the package comes without types. */
declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Field {
    readonly type: 'INT64' | 'UTF8';
    readonly optional?: boolean;
    readonly compression?: 'UNCOMPRESSED' | 'SNAPPY';
    readonly statistics?: boolean;
  }

  class ParquetSchema {
    constructor(fields: Readonly<Record<string, Field>>);
  }

  class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: Writable,
      options: {
        readonly rowGroupSize: number;
        readonly pageIndex: boolean;
        readonly useDataPageV2: boolean;
      },
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }

  const parquet: { ParquetSchema: typeof ParquetSchema; ParquetWriter: typeof ParquetWriter };
  export default parquet;
}
