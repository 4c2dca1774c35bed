/** Converters for the other types that the kernel hands over as text. */
import type { Converter } from '../compiled.ts';

/** JSON is kept as it is written, once it is known to be JSON. */
export const jsonConverter: Converter = (text) => {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
};
