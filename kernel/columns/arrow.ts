/** Batches as Apache Arrow vectors: the same memory, Arrow's types. */
import {
  Vector as ArrowVector,
  type Data,
  Decimal,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float64,
  Int32,
  Int64,
  makeData,
  Struct,
  TimestampMicrosecond,
  Uint8,
  Utf8,
} from 'apache-arrow';
import { KernelDictionary } from './dictionary.ts';
import type { Decimal128Vector, TextDictionary, Utf8Vector, Vector } from './vectors.ts';

/**
 * The vector as an Arrow vector, without a copy, except that texts of a dictionary made outside the kernel are
 * copied once and decimals of 128 bits are byte-swapped. int32, int64, float64, utf8: themselves; timestamp: µs,
 * UTC; boolean: uint8 of 0 and 1; uuid: FixedSizeBinary(16); point: struct of lon and lat. Valid as long as the
 * batch.
 */
export function toArrow(vector: Vector): ArrowVector {
  return new ArrowVector([arrowData(vector)]);
}

function arrowData(vector: Vector): Data {
  const { length, nullCount, validity } = vector;
  const base = { length, nullCount, nullBitmap: validity ?? undefined };
  switch (vector.kind) {
    case 'int32':
      return makeData({ type: new Int32(), ...base, data: vector.values.subarray(0, length) });
    case 'int64':
      return makeData({ type: new Int64(), ...base, data: vector.values.subarray(0, length) });
    case 'decimal128':
      return makeData({ type: new Decimal(0, 38), ...base, data: littleEndian(vector) });
    case 'timestamp':
      return makeData({
        type: new TimestampMicrosecond('UTC'),
        ...base,
        data: vector.values.subarray(0, length),
      });
    case 'float64':
      return makeData({ type: new Float64(), ...base, data: vector.values.subarray(0, length) });
    case 'boolean':
      return makeData({ type: new Uint8(), ...base, data: vector.values.subarray(0, length) });
    case 'uuid':
      return makeData({
        type: new FixedSizeBinary(16),
        ...base,
        data: vector.values.subarray(0, 16 * length),
      });
    case 'utf8':
      return utf8Data(vector);
    case 'dictionary': {
      const { dictionary } = vector;
      const texts = new ArrowVector([utf8Data(dictionaryTexts(dictionary))]);
      const type = new Dictionary(new Utf8(), new Int32(), null, false);
      return makeData({ type, ...base, data: vector.values.subarray(0, length), dictionary: texts });
    }
    case 'point': {
      const coordinate = (data: Float64Array) =>
        makeData({ type: new Float64(), length, data: data.subarray(0, length) });
      const type = new Struct([new Field('lon', new Float64()), new Field('lat', new Float64())]);
      return makeData({ type, ...base, children: [coordinate(vector.lon), coordinate(vector.lat)] });
    }
  }
}

/** Four words a row, the lowest first. */
function littleEndian({ values, length }: Decimal128Vector): Uint32Array {
  const bytes = Uint8Array.from(values.subarray(0, 16 * length));
  for (let at = 0; at < bytes.length; at += 16) bytes.subarray(at, at + 16).reverse();
  return new Uint32Array(bytes.buffer);
}

function utf8Data(vector: Utf8Vector): Data<Utf8> {
  const { length, nullCount, validity } = vector;
  return makeData({
    type: new Utf8(),
    length,
    nullCount,
    nullBitmap: validity ?? undefined,
    valueOffsets: vector.offsets.subarray(0, length + 1),
    data: vector.bytes,
  });
}

/** The texts of a dictionary as a vector. */
function dictionaryTexts(dictionary: TextDictionary): Utf8Vector {
  const base = { kind: 'utf8', length: dictionary.size, validity: null, nullCount: 0 } as const;
  if (dictionary instanceof KernelDictionary) {
    const { offsets, values } = dictionary.arrays();
    return { ...base, offsets, bytes: values };
  }
  const texts = Array.from({ length: dictionary.size }, (_, code) => dictionary.bytes(code));
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length;
  });
  return { ...base, offsets, bytes: Buffer.concat(texts) };
}
