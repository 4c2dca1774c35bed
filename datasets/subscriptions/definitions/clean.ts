/** How the application's texts become values: what people typed in many ways is written in one. */
import { date, numeric, text } from '../../../model/index.ts';

/** Blanks at the ends are gone, runs of them are one. A text of blanks alone is null. */
const tidy = (value: string): string | null => value.trim().replace(/\s+/g, ' ') || null;

/** A name as it is, but for blanks. */
export const name = () => text({ convert: tidy });

/** A name of which capitals say nothing: `BASIC ` and `basic` are Basic. */
export const title = () => text({ convert: (value) => tidy(value)?.replace(/\S+/g, capitalised) ?? null });

const capitalised = (word: string) => word[0].toUpperCase() + word.slice(1).toLowerCase();

/** A word of which capitals say nothing. */
export const word = () => text({ convert: (value) => tidy(value)?.toLowerCase() ?? null });

/** A code in capitals. */
export const code = () => text({ convert: (value) => tidy(value)?.toUpperCase() ?? null });

/** A day, in any of the spellings that occur. Each has the day and the month in an order of its own, so none is guessed. */
export const day = () => date({ formats: ['yyyy-MM-dd', 'dd.MM.yyyy', 'MMM d, yyyy', 'yyyy/MM/dd'] });

/** An amount in dollars. */
export const money = () => numeric(10, 2, { thousands: ',', strip: ['$', 'USD'] });

/** Blanks around values are not part of them. */
export const dialect = { trim: true } as const;
