/**
 * Arrays that enrichments fill. A worker's batches come one after another, and arrays that are asked of the
 * system again for each cost more than what is done with them: page faults, zeroing and the garbage
 * collections that memory outside the heap brings on.
 */
export interface Lanes {
  /** `rows` numbers of any value; whoever asks writes them all. */
  int32(rows: number): Int32Array;
  float64(rows: number): Float64Array;
}

/** Arrays of their own, for vectors that are kept. */
export const freshLanes: Lanes = {
  int32: (rows) => new Int32Array(rows),
  float64: (rows) => new Float64Array(rows),
};

/** The same arrays for every batch: vectors made of them are valid until the next `reuse`. */
export class ReusedLanes implements Lanes {
  private readonly ints = new Shelf((rows) => new Int32Array(rows));
  private readonly doubles = new Shelf((rows) => new Float64Array(rows));

  int32(rows: number): Int32Array {
    return this.ints.take(rows);
  }

  float64(rows: number): Float64Array {
    return this.doubles.take(rows);
  }

  /** Nobody uses the vectors of the last batch any more. */
  reuse(): void {
    this.ints.taken = 0;
    this.doubles.taken = 0;
  }
}

/** Arrays of one type, handed out in order. */
class Shelf<A extends Int32Array | Float64Array> {
  taken = 0;
  private readonly arrays: A[] = [];
  private readonly make: (rows: number) => A;

  constructor(make: (rows: number) => A) {
    this.make = make;
  }

  take(rows: number): A {
    const at = this.taken++;
    if (this.arrays.length === at || this.arrays[at].length < rows) this.arrays[at] = this.make(rows);
    const array = this.arrays[at];
    return array.length === rows ? array : (array.subarray(0, rows) as A);
  }
}
