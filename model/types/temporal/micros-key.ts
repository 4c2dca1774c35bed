/** Keys of types whose values are whole numbers of µs. */
import type { KeyForm } from '../column-type.ts';

/** Values of the type `about` as their µs: since 1970, since midnight, or of a length of time. */
export function microsKey(about: string): KeyForm<unknown, { readonly values: BigInt64Array }> {
  return {
    text: ({ values }, _, row) => String(values[row]),
    about: () => about,
  };
}
