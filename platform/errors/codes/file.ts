/** What is wrong with a landed file, from its name to its last byte. */
import type { ErrorEntries } from './entry.ts';

export const fileCodes = {
  LF_DIALECT_AMBIGUOUS: {
    message: '{file} can be read in more than one way: {candidates}.',
    fix: 'Say which one is meant in the definition: dialect: { delimiter: …, quote: …, comment: …, header: …, encoding: … }.',
    retry: 'never',
  },
  LF_FILE_BINARY: {
    message: '{file} is not text but {what}.',
    fix: 'Unpack it or convert it to CSV, and drop it again.',
    retry: 'never',
  },
  LF_FILE_CHANGED: {
    message: '{file} changed {how}.',
    fix: 'A program was probably still writing to it. In the landing folder, the file is loaded again once it no longer changes; load a file from elsewhere again yourself. Write files under a name that ends in .part or .tmp, and rename them when they are complete.',
    retry: 'never',
  },
  LF_FILE_DUPLICATE: {
    message: '{file} has the same content as a file of its dataset that is loaded or being loaded.',
    fix: 'Nothing needs to be done: its rows are loaded once.',
    retry: 'never',
  },
  LF_FILE_EMPTY: {
    message: '{file} is empty.',
    fix: 'Drop it again when it has content. A header alone is enough.',
    retry: 'never',
  },
  LF_FILE_ENCODING: {
    message: '{file} is in {encoding}, not in {declared} as its definition says.',
    fix: "Set dialect: { encoding: '{encoding}' } or encoding: 'auto' in the definition, or convert the file (`iconv`), and drop it again.",
    retry: 'never',
  },
  LF_FILE_KIND: {
    message: '{file} is a folder or a device, not a file.',
    fix: 'Name the files, as in `landfall ingest FOLDER/*.csv`.',
    retry: 'never',
  },
  LF_FILE_MISSING: {
    message: 'There is no file {file}.',
    fix: 'Check the path. If the file was moved while it was being read, drop it again.',
    retry: 'never',
  },
  LF_FILE_PRUNED: {
    message: 'The bytes of {file} were pruned at {at}: it can be undone, but not loaded again.',
    fix: 'If the file is still somewhere else, undo it and drop it again.',
    retry: 'never',
  },
  LF_FOOTER_LONG: {
    message: 'The footer of {file} ({lines|line}) does not fit in {bytes} bytes.',
    fix: 'Check skipFooterLines in the definition, and that the file has the line ends that the definition names.',
    retry: 'never',
  },
  LF_HEADER_LONG: {
    message: 'The first record of {file} does not end within {bytes} bytes.',
    fix: 'Check the quotes of its first lines: a quote that is never closed swallows the rest of the file.',
    retry: 'never',
  },
  LF_HEADER_WIDE: {
    message: 'The first record of {file} has {fields|field}; at most {most} are read.',
    fix: 'Check the delimiter in its definition, or split the file into narrower ones.',
    retry: 'never',
  },
  LF_JSON_DOCUMENT: {
    message: '{file} is not a whole JSON document: {reason} (byte {byte}).',
    fix: 'Correct it, or get it again whole, and drop it again. docs/json.md says what is a reject and what fails a file.',
    retry: 'never',
  },
  LF_JSON_RECORDS: {
    message: '{file} has no records at {path}: {reason} (byte {byte}).',
    fix: "Set the path of their array in the definition: format: jsonDocument({ records: '$.orders[*]' }), or ndjson() for one record per line.",
    retry: 'never',
  },
  LF_KEY_OUTSIDE: {
    message: 'The name {key} escapes {store}.',
    fix: 'Use relative names below that folder, without `..`.',
    retry: 'never',
  },
  LF_LANDING_KIND: {
    message: '{file} in the landing folder is not a regular file.',
    fix: 'Put the file itself there.',
    retry: 'never',
  },
  LF_LANDING_LINK: {
    message: '{file} in the landing folder is a symbolic link. Landfall does not follow links.',
    fix: 'Move or copy the file itself there, or load it from where it is with `landfall ingest`.',
    retry: 'never',
  },
  LF_LANDING_WAITS: {
    message: '{file} waits for the dataset {dataset}. {reason}',
    fix: 'Fix the definition and leave the file where it is: it is then loaded.',
    retry: 'never',
  },
  LF_LANDING_NAME: {
    message: 'The name of {file} {fault}.',
    fix: 'Rename it; it is then loaded. `convmv -f iso-8859-1 -t utf-8 --notest FOLDER` renames the files of a folder from Latin-1.',
    retry: 'never',
  },
  LF_LANDING_UNKNOWN: {
    message: '{file} is {where}, which belongs to no dataset.',
    fix: 'Write a definition with `{command}`, or move the file to the folder of its dataset.',
    retry: 'never',
  },
  LF_SYMLINK: {
    message: '{file} is a symbolic link. Landfall does not follow links.',
    fix: 'Copy or move the file itself there.',
    retry: 'never',
  },
  LF_UNPACK: {
    message: '{file} cannot be unpacked: {reason}.',
    fix: 'It is damaged or incomplete. Get it again and drop it again. Nothing of this file was kept.',
    retry: 'never',
  },
  LF_UNPACK_LIMIT: {
    message: '{file} is not unpacked: {what} than {limit}.',
    fix: 'If this is intended, unpack it by hand and drop its contents.',
    retry: 'never',
  },
  LF_UNPACK_SIZE: {
    message: '{file} unpacks to more than {most|byte}.',
    fix: 'If this is intended, raise LANDFALL_UNPACKED_BYTES where the workers run, or unpack it by hand and drop its contents.',
    retry: 'never',
  },
  LF_ZIP_EMPTY: {
    message: '{file} contains no CSV file; it contains {found}.',
    fix: 'Name the files in it .csv, .tsv, .tab, .psv, .txt or .dat.',
    retry: 'never',
  },
  LF_ZIP_ENCRYPTED: {
    message: '{entry} in {file} is encrypted.',
    fix: 'Landfall cannot decrypt it: unpack it by hand and drop its contents.',
    retry: 'never',
  },
  LF_ZIP_HEADERS: {
    message:
      '{entry} in {file} has a header that differs from that of the files before it: {found} instead of {expected}.',
    fix: 'Drop the files in it one by one.',
    retry: 'never',
  },
  LF_SNAPSHOT_NAME: {
    message: 'The name {file} does not match {pattern}, so the snapshot has no date.',
    fix: 'Rename the file (customers_2026-01-31.csv matches customers_{date}.csv), or change `asOf` in the definition. docs/modes.md has the forms of dates.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
