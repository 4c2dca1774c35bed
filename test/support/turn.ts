/**
 * How much of what takes long is played: all of it, or with LANDFALL_TEST_TURN=0 to 255, as in CI, where it is of the
 * commit, a part. Each run plays another part, and every part comes round.
 */
const given = process.env.LANDFALL_TEST_TURN;

/** Null: everything is played. */
const turn = given === undefined ? null : Number(given);

/** Whether one of `parts` is played in this run, by its number. */
export function isTurnOf(part: number, parts: number): boolean {
  return turn === null || (part + turn) % parts === 0;
}

/** Of things that are all alike: all of them, or the one whose turn it is. `name`: of what is done with them. */
export function turnsOf<T>(things: readonly T[], name: string): readonly T[] {
  return things.filter((_, i) => isTurnOf(i + name.length, things.length));
}
