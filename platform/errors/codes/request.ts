/** What is wrong with a call, a setting or a request. */
import type { ErrorEntries } from './entry.ts';

export const requestCodes = {
  LF_CONFIG: {
    message: 'The settings have mistakes: {mistakes}',
    fix: 'Fix each setting that is named; `landfall doctor` shows the settings in force.',
    retry: 'never',
  },
  LF_HTTP_HOST: {
    message: 'This server does not answer to the name {host}.',
    fix: 'Use the address that the server printed when it started, or localhost.',
    retry: 'never',
  },
  LF_HTTP_NOT_FOUND: {
    message: 'There is nothing at {path}.',
    fix: '/api/openapi.json lists every address.',
    retry: 'never',
  },
  LF_HTTP_ORIGIN: {
    message: 'This server does not accept connections from another site ({origin}).',
    fix: 'Open the page that this server serves.',
    retry: 'never',
  },
  LF_HTTP_PAGE: {
    message: 'The page is not built: {folder} does not exist.',
    fix: 'Run `npm run build`.',
    retry: 'never',
  },
  LF_HTTP_PORT: {
    message: 'Another program is using {host}:{port}.',
    fix: 'Stop that program, or choose another port with --port or LANDFALL_PORT.',
    retry: 'never',
  },
  LF_HTTP_REQUEST: {
    message: 'Invalid request: {mistakes}',
    fix: '/api/openapi.json says what this address accepts.',
    retry: 'never',
  },
  LF_HTTP_TOKEN: {
    message: 'This server requires a token.',
    fix: 'Send `Authorization: Bearer TOKEN`, or open /?token=TOKEN. TOKEN is the value of LANDFALL_TOKEN where the server runs.',
    retry: 'never',
  },
  LF_USAGE: {
    message: 'Invalid usage: {problem}.',
    fix: '`landfall COMMAND --help` shows the arguments, with an example.',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
