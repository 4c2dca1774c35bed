/** What goes wrong when files are fetched. */
import type { ErrorEntries } from './entry.ts';

export const sourceCodes = {
  LF_SOURCE_CONTENT: {
    message: '{address} answers with something that is not {format}: {reason}.',
    fix: 'Open the address with the same headers: it may be a login page, or a page that says that the service is down. Check the `format` of the dataset and the secrets of the source {source}.',
    retry: 'again',
  },
  LF_SOURCE_ENDLESS: {
    message: 'The source {source} of {dataset} has more than {most} pages for one run.',
    fix: 'Check that its last page says so (`end`), fetch shorter windows, or raise `pagesMost`. The pages that were fetched are loaded.',
    retry: 'never',
  },
  LF_SOURCE_ENV: {
    message: 'The source {source} of {dataset} needs {names}, which the environment does not have.',
    fix: 'Set it for the coordinator, and start the coordinator again; `landfall doctor` names what is missing. Then run `landfall run {dataset}.{source}`.',
    retry: 'never',
  },
  LF_SOURCE_LARGE: {
    message: 'A page of {address} has more than {most} bytes.',
    fix: 'Ask for fewer records per page, or raise `bytesMost`.',
    retry: 'never',
  },
  LF_SOURCE_LOOP: {
    message: 'Page {page} of {address} is the same as page {earlier}.',
    fix: 'Check `pages` of the source {source}: the server may ignore the parameter that asks for the next page.',
    retry: 'never',
  },
  LF_SOURCE_REDIRECT: {
    message: '{address} redirects where Landfall does not follow: {reason}.',
    fix: 'Write the address to which it redirects into the definition, if you trust it with the secrets of the source.',
    retry: 'never',
  },
  LF_SOURCE_REFUSED: {
    message: '{address} refuses the request: {reason}.',
    fix: 'Check the address, the parameters and the secrets of the source {source}.',
    retry: 'never',
  },
  LF_SOURCE_SPAN: {
    message: 'The runs of {source} from {from} to {to} cannot be planned: {reason}.',
    fix: 'Say the days or instants, and how long a window is: `landfall backfill {source} --from 2026-01-01 --to 2026-02-01 --step 1d`. Without a step, the windows are those of the schedule.',
    retry: 'never',
  },
  LF_SOURCE_UNKNOWN: {
    message: 'There is no source {source}. Known sources: {known}.',
    fix: 'Name one of them as DATASET.SOURCE, or add it to `sources` in the definition.',
    retry: 'never',
  },
  LF_SOURCE_UNREACHABLE: {
    message: '{address} does not answer: {reason}.',
    fix: 'Check that the service is up and can be reached from the coordinator. The run resumes by itself, at the page at which it stopped.',
    retry: 'outage',
  },
  LF_SOURCE_WINDOW: {
    message: 'The source {source} of {dataset} needs a window.',
    fix: 'Say which: `landfall run {dataset}.{source} --from 2026-01-01 --to 2026-01-02`, or give the source a schedule.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
