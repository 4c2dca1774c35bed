/** What the words of a column's name say about its part in a star. */

const idWords = listed('id ids uuid guid key pk fk identifier');
const codeWords = listed(`
  code no nr num number sku iso iso2 iso3 iata icao fips abbr ean isbn symbol ticker zip
  zipcode postcode plz inn okpo siren siret insee nuts
`);
const nameWords = listed('name names label title desc description');
const placeWords = listed('lat latitude lon lng long longitude elevation altitude');
const measureWords = listed(`
  price amount total sum cost costs revenue sales qty quantity hours minutes seconds duration
  count fee fare tax discount balance score rate percent usd eur gbp value weight distance
  volume tip salary profit margin
`);
/** Words that name one of several parts that the same thing may play. */
const roleWords = listed(`
  start end from to origin dest destination src source dst target home away pickup dropoff
  departure arrival billing shipping first last old new parent child buyer seller sender
  receiver
`);
const bareWords = listed('date time type of the is year month day status');

export function wordsOf(name: string): string[] {
  return name.split('_').filter((word) => word !== '');
}

const some = (name: string, words: ReadonlySet<string>) => wordsOf(name).some((word) => words.has(word));

/** `station_id`, `sku`: names a thing rather than counting something. */
export function isIdName(name: string): boolean {
  return some(name, idWords) || some(name, codeWords);
}

export function isPlaceName(name: string): boolean {
  return some(name, placeWords);
}

/** `unit_price`: belongs to the facts, even where it is the same for a thing in all rows. */
export function isMeasureName(name: string): boolean {
  return some(name, measureWords);
}

/** How well a column would be a natural key; 0 is best. */
export function keyRank(name: string): number {
  if (some(name, idWords)) return 0;
  if (some(name, codeWords)) return 1;
  return some(name, nameWords) ? 3 : 2;
}

/** True if two names share a word that says what they are about, and are not about two roles. */
export function areKin(a: string, b: string): boolean {
  const [first, second] = [wordsOf(a), wordsOf(b)];
  const roles = (words: readonly string[]) => words.filter((word) => roleWords.has(word)).join(' ');
  if (roles(first) !== '' && roles(second) !== '' && roles(first) !== roles(second)) return false;
  return first.some((word) => second.includes(word) && !isBare(word));
}

function isBare(word: string): boolean {
  return [idWords, codeWords, nameWords, placeWords, measureWords, bareWords].some((words) =>
    words.has(word),
  );
}

/** `start_station_id` → start, station: what the name is about, without the words that say which property it is. */
export function stemOf(name: string): string[] {
  const words = wordsOf(name);
  while (words.length > 0 && [idWords, codeWords, nameWords].some((known) => known.has(words.at(-1)!)))
    words.pop();
  return words;
}

function listed(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
