/**
 * Arrays that enrichments fill. Allocating new arrays for each batch costs more than computing their values: page
 * faults, zeroing, and the garbage collections that memory outside the heap causes.
 */
export interface Lanes {
  /** `rows` numbers of unspecified value; the caller writes them all. */
  int32(rows: number): Int32Array;
  float64(rows: number): Float64Array;
}

/** New arrays, for vectors that are kept. */
export const freshLanes: Lanes = {
  int32: (rows) => new Int32Array(rows),
  float64: (rows) => new Float64Array(rows),
};

/** The same arrays for every batch. Vectors over them are valid until the next `reuse`. */
export class ReusedLanes implements Lanes {
  private readonly ints = new Shelf((rows) => new Int32Array(rows));
  private readonly doubles = new Shelf((rows) => new Float64Array(rows));

  int32(rows: number): Int32Array {
    return this.ints.take(rows);
  }

  float64(rows: number): Float64Array {
    return this.doubles.take(rows);
  }

  /** Makes the arrays available again, once the vectors of the last batch are no longer used. */
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
