/** The part of errors.ts that says why a row was not loaded: these codes are not thrown. */
export const rejectTable = {
  LF_REJECT_AMBIGUOUS_TIME: {
    message: '{column}: {value} happened twice on the clocks of {zone}.',
    fix: 'Say in the definition which is meant: `ambiguous: earlier` or `later`.',
  },
  LF_REJECT_ENCODING: {
    message: '{column} holds bytes that are no {encoding}{place}.',
    fix: 'Correct the bytes, or say in the definition which encoding the files are in: dialect: { encoding: … }.',
  },
  LF_REJECT_FIELD_COUNT: {
    message: 'The row has {found} fields, not {expected}.',
    fix: 'Look for an unquoted delimiter or a cut line in the raw text. Lines after the last row are left out with skipFooterLines.',
  },
  LF_REJECT_LENGTH: {
    message: '{column}: {value} is shorter or longer than the definition allows.',
    fix: 'Correct the value, or change minLength or maxLength in the definition.',
  },
  LF_REJECT_MISSING: {
    message: '{column} is required and has no value.',
    fix: 'Fill it in, or make the column optional in the definition.',
  },
  LF_REJECT_NOT_FINITE: {
    message: '{column}: {value} is not a finite number.',
    fix: "Say in the definition what it means: `nonFinite: 'keep'` or `'null'`.",
  },
  LF_REJECT_NUL: {
    message: '{column}: the text holds a NUL (U+0000).',
    fix: 'Remove the NUL; PostgreSQL holds none in a text.',
  },
  LF_REJECT_PATTERN: {
    message: '{column}: {value} does not have the form that the definition asks for.',
    fix: 'Correct the value, or change the pattern in the definition.',
  },
  LF_REJECT_QUOTE: {
    message: 'The row has a quote that is not closed, or text after a closing quote.',
    fix: 'Double the quotes inside quoted values, and close each of them.',
  },
  LF_REJECT_RANGE: {
    message: '{column}: {value} is out of range for {type}.',
    fix: 'Correct the value, or give the column a wider type in the definition.',
  },
  LF_REJECT_RULE: {
    message: 'The row breaks the rule {rule}.',
    fix: 'Correct the row, or change the rule in the definition.',
  },
  LF_REJECT_SKIPPED_TIME: {
    message: '{column}: {value} never happened on the clocks of {zone}.',
    fix: 'Say in the definition how to read it: `skipped: earlier` or `later`.',
  },
  LF_REJECT_TOO_LONG: {
    message: 'The row has {bytes} bytes; a record of more than {most} is not read.',
    fix: 'Look for a quote that is never closed, or cut the row.',
  },
  LF_REJECT_TYPE: {
    message: '{column}: {value} is not {aType}.',
    fix: 'Correct the value, or add its format or null token to the definition.',
  },
  LF_REJECT_UNIQUE: {
    message: '{key} stands in {first} already (rule {rule}).',
    fix: 'The first row has precedence. Remove this one, or correct its key; where the first is the wrong one, undo its file and replay this.',
  },
  LF_REJECT_VALUE: {
    message: '{column}: {value} is not one of the values that the definition lists.',
    fix: 'Correct the value, or add it to oneOf in the definition.',
  },
} as const;
