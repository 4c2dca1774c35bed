import { describe, expect, it } from 'vitest';
import { ChangeRing, type SentChange } from '../../../coordinator/progress/ring.ts';

function change(seq: number, chars = 10): SentChange {
  return { message: { type: 'change', epoch: 'e', from: seq - 1, seq }, text: 'x'.repeat(chars) };
}

const numbers = (changes: readonly SentChange[] | null) => changes?.map(({ message }) => message.seq) ?? null;

describe('ChangeRing', () => {
  it('gives what follows on a number', () => {
    const ring = new ChangeRing();
    for (let seq = 1; seq <= 5; seq++) ring.push(change(seq));
    expect(numbers(ring.since(0, 5))).toEqual([1, 2, 3, 4, 5]);
    expect(numbers(ring.since(3, 5))).toEqual([4, 5]);
    expect(numbers(ring.since(5, 5))).toEqual([]);
  });

  it('gives nothing for a number from the future', () => {
    expect(new ChangeRing().since(1, 0)).toBeNull();
  });

  it('forgets the oldest past its number of changes', () => {
    const ring = new ChangeRing({ maxChanges: 3 });
    for (let seq = 1; seq <= 5; seq++) ring.push(change(seq));
    expect(ring.since(1, 5)).toBeNull();
    expect(numbers(ring.since(2, 5))).toEqual([3, 4, 5]);
  });

  it('forgets the oldest past its size, even the newest if it alone is too long', () => {
    const ring = new ChangeRing({ maxChars: 25 });
    for (let seq = 1; seq <= 4; seq++) ring.push(change(seq));
    expect(ring.since(1, 4)).toBeNull();
    expect(numbers(ring.since(2, 4))).toEqual([3, 4]);
    ring.push(change(5, 26));
    expect(ring.since(4, 5)).toBeNull();
    ring.push(change(6));
    expect(numbers(ring.since(5, 6))).toEqual([6]);
  });
});
