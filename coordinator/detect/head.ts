/** What is read of a file to find out what it is. */

/** The first bytes of a file. */
export interface Head {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** True when `bytes` is the whole file. */
  readonly whole: boolean;
}
