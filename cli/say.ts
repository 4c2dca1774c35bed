/** What a command that runs on tells of itself, in the form in which it logs. */
import pino from 'pino';
import { isForPeople } from '../platform/log/log.ts';

/** `text`: one line or more, without the last line break. */
export function say(text: string): void {
  if (isForPeople()) process.stderr.write(`${text}\n`);
  else pino({ name: 'landfall' }, process.stderr).info(text);
}
