/** Why a row was not loaded. These codes are not thrown: they stand in `landfall.reject` beside the row. */
import type { ErrorEntries } from './entry.ts';

export const rejectCodes = {
  LF_REJECT_AMBIGUOUS_TIME: {
    message: '{column}: {value} happened twice on the clocks of {zone}.',
    fix: "Say in the definition which one is meant: `ambiguous: 'earlier'` or `'later'`.",
    retry: 'never',
  },
  LF_REJECT_COMPUTE: {
    message: '{column}: {because}.',
    fix: 'Correct the row, or change the function of the column in the definition.',
    retry: 'never',
  },
  LF_REJECT_ENCODING: {
    message: '{column} contains bytes that are not valid {encoding}{place}.',
    fix: 'Correct the bytes, or name the encoding of the files in the definition: dialect: { encoding: … }.',
    retry: 'never',
  },
  LF_REJECT_FIELD_COUNT: {
    message: 'The row has {found} fields, not {expected}.',
    fix: 'Look for an unquoted delimiter or a cut line in the raw text. To leave out lines after the last row, set skipFooterLines.',
    retry: 'never',
  },
  LF_REJECT_FRACTION: {
    message: '{column}: {value} is finer than a microsecond.',
    fix: "Say in the definition that such digits are cut: `fraction: 'truncate'`.",
    retry: 'never',
  },
  LF_REJECT_JSON: {
    message: 'The record is not the JSON that the definition describes: {because}.',
    fix: 'Correct the record, or the paths of the columns in the definition. docs/json.md says what is read.',
    retry: 'never',
  },
  LF_REJECT_KEY: {
    message: '{column} is in the key of the mode and has no value.',
    fix: "Fill it in. If rows without a value are events of one key, say so in the mode: `nullKeys: 'equal'`.",
    retry: 'never',
  },
  LF_REJECT_LENGTH: {
    message: '{column}: {value} is shorter or longer than the definition allows.',
    fix: 'Correct the value, or change minLength or maxLength in the definition.',
    retry: 'never',
  },
  LF_REJECT_BYTES: {
    message: '{column} is too long for {what}: it has {bytes} bytes, and {most} are allowed.',
    fix: "Shorten the value. Partition the lake by columns with short values; a dimension with `keys: 'hashed'` takes keys of any length.",
    retry: 'never',
  },
  LF_REJECT_MISSING: {
    message: '{column} is required and has no value.',
    fix: 'Fill it in, or make the column optional in the definition.',
    retry: 'never',
  },
  LF_REJECT_NOT_FINITE: {
    message: '{column}: {value} is not a finite number.',
    fix: "Say in the definition what it means: `nonFinite: 'keep'` or `'null'`.",
    retry: 'never',
  },
  LF_REJECT_NUL: {
    message: '{column}: the text contains a NUL character (U+0000).',
    fix: 'Remove it; PostgreSQL cannot store NUL in text.',
    retry: 'never',
  },
  LF_REJECT_ORDER: {
    message: '{column} orders the events of a key and has no value.',
    fix: 'Fill it in, or name a column in `orderBy` that every row has.',
    retry: 'never',
  },
  LF_REJECT_PATTERN: {
    message: '{column}: {value} does not match the pattern in the definition.',
    fix: 'Correct the value, or change the pattern in the definition.',
    retry: 'never',
  },
  LF_REJECT_QUOTE: {
    message: 'The row has a quote that is not closed, or text after a closing quote.',
    fix: 'Double the quotes inside quoted values, and close each quote.',
    retry: 'never',
  },
  LF_REJECT_RANGE: {
    message: '{column}: {value} is out of range for {type}.',
    fix: 'Correct the value, or give the column a wider type in the definition.',
    retry: 'never',
  },
  LF_REJECT_RULE: {
    message: 'The row breaks the rule {rule}.',
    fix: 'Correct the row, or change the rule in the definition.',
    retry: 'never',
  },
  LF_REJECT_SKIPPED_TIME: {
    message: '{column}: {value} never happened on the clocks of {zone}.',
    fix: "Say in the definition how to read it: `skipped: 'earlier'` or `'later'`.",
    retry: 'never',
  },
  LF_REJECT_TOO_LONG: {
    message: 'The row has {bytes} bytes; the longest record that is read has {most}.',
    fix: 'Look for a quote that is never closed, or shorten the row.',
    retry: 'never',
  },
  LF_REJECT_TYPE: {
    message: '{column}: {value} is not {aType}.',
    fix: 'Correct the value, or add its format or null token to the definition.',
    retry: 'never',
  },
  LF_REJECT_UNIQUE: {
    message: '{key} is already in {first} (rule {rule}).',
    fix: 'The first row of the file is kept. Remove this one or correct its key.',
    retry: 'never',
  },
  LF_REJECT_VALUE: {
    message: '{column}: {value} is not one of the values that the definition lists.',
    fix: 'Correct the value, or add it to oneOf in the definition.',
    retry: 'never',
  },
  LF_REJECT_ZONE: {
    message: '{column}: {value} does not say which time zone is meant.',
    fix: 'Write an offset such as +03:00 (X in the format) or the name of a zone such as Europe/Moscow (VV). Abbreviations such as EST stand for several zones.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
