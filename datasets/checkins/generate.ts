/**
 * Generates check-ins as the service writes them: times in three spellings, some check-ins twice, some without a user,
 * some of more hours than a day has. The same rows and seed give the same bytes on every machine.
 */
import { drawTable, fillRandom, seedRandom } from '../random.ts';
import { projects, users } from './people.ts';

export interface CheckinsOptions {
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
  /** The first day, as `2018-01-01`. Days follow each other. Default: 2018-01-01. */
  readonly from?: string;
  /** Check-ins of one day; the last day may have fewer. Default: at least 60, in at most two years. */
  readonly perDay?: number;
}

/** A check-in before it is written. */
interface Checkin {
  readonly user: string;
  /** Microseconds since 1970, in UTC. */
  readonly us: bigint;
  readonly hours: string;
  readonly project: string;
}

const header = 'user,timestamp,hours,project\n';
const bufferRows = 8192;
const wordsPerRow = 6;
const dayUs = 86_400_000_000n;

const months = 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' ');

/** Buffers of whole rows, the header first, latest day last. The caller owns each buffer. */
export function* generateCheckins(options: CheckinsOptions): Generator<Buffer, void, undefined> {
  const { rows, seed = 1, from = '2018-01-01', perDay = Math.max(60, Math.ceil(rows / 730)) } = options;
  const draw = {
    state: seedRandom(seed),
    words: new Uint32Array(wordsPerRow),
    user: drawTable(
      users.map(({ weight }) => weight),
      4096,
    ),
    project: drawTable(
      projects.map(({ weight }) => weight),
      4096,
    ),
  };
  const firstUs = BigInt(Date.parse(`${from}T00:00:00Z`)) * 1000n;
  let before: Checkin | null = null;
  let text = header;
  for (let row = 0; row < rows; row++) {
    fillRandom(draw.state, draw.words);
    const again = row % perDay !== 0 && draw.words[5] % 25 === 0;
    const checkin: Checkin =
      again && before !== null
        ? before
        : drawCheckin(draw, firstUs + BigInt(Math.floor(row / perDay)) * dayUs);
    before = checkin;
    text += `${checkin.user},${spelled(checkin.us, draw.words[4])},${checkin.hours},${checkin.project}\n`;
    if ((row + 1) % bufferRows === 0) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

function drawCheckin(
  { words, user, project }: { words: Uint32Array; user: Uint16Array; project: Uint16Array },
  day: bigint,
): Checkin {
  const [who, what, when, howLong] = words;
  return {
    user: who % 4000 === 7 ? '' : users[user[who & 4095]].name,
    us: day + timeOfDay(when),
    hours: hoursOf(howLong),
    project: projects[project[what & 4095]].name,
  };
}

/** Four of ten people do not say when; the others check in when they leave, some to the minute. */
function timeOfDay(word: number): bigint {
  if (word % 10 < 4) return 0n;
  const minutes = BigInt(9 * 60 + ((word >>> 8) % (9 * 60)));
  if (word % 10 < 6) return minutes * 60_000_000n;
  return minutes * 60_000_000n + BigInt((word >>> 4) % 60) * 1_000_000n + BigInt((word >>> 7) % 1000);
}

/** Quarters of an hour, a few measured ones, and one in 3,000 of more than a day. */
function hoursOf(word: number): string {
  if (word % 3000 === 0) return '30.0';
  if (word % 8 === 0) return hundredths(1 + ((word >>> 3) % 400));
  const quarters = 1 + Math.min((word >>> 3) & 7, (word >>> 6) & 15) * 2 + ((word >>> 10) & 1);
  return Number.isInteger(quarters / 4) ? `${quarters / 4}.0` : String(quarters / 4);
}

function hundredths(count: number): string {
  return `${Math.floor(count / 100)}.${String(count % 100).padStart(2, '0')}`;
}

/** A time as one of the three clients writes it. Two of them have no seconds, so they write only whole minutes. */
function spelled(us: bigint, word: number): string {
  const time = new Date(Number(us / 1000n));
  const [date, clock] = time.toISOString().split('T');
  const fraction = us % 1_000_000n;
  const client = us % 60_000_000n === 0n ? word % 10 : 9;
  const [year, month, day] = date.split('-');
  const minutes = clock.slice(3, 5);
  const hour = time.getUTCHours();
  if (client === 0)
    return `${month}/${day}/${year} ${String(hour % 12 || 12).padStart(2, '0')}:${minutes} ${hour < 12 ? 'AM' : 'PM'}`;
  if (client === 1) return `${Number(day)} ${months[Number(month) - 1]} ${year} ${clock.slice(0, 5)}`;
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${date} ${clock.slice(0, 8)}${digits} UTC`;
}
