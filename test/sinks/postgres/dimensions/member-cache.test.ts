import { describe, expect, it } from 'vitest';
import { IntMembers, MISSING, TextMembers } from '../../../../sinks/postgres/dimensions/member-cache.ts';

describe('members known to a process', () => {
  it('finds 32-bit natural keys of every sign, whatever their number', () => {
    const members = new IntMembers();
    const naturals = Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 2_654_435_761) | 0);
    for (const [i, natural] of naturals.entries()) members.set(natural, i + 1);
    expect(naturals.map((natural) => members.get(natural))).toEqual(naturals.map((_, i) => i + 1));
    expect(members.get(17)).toBe(MISSING);
  });

  it('finds texts of any length, whatever their number, as a map does', () => {
    const members = new TextMembers();
    const known = new Map<string, number>();
    for (let i = 0; i < 40_000; i++) {
      const text = 'é'.repeat(i % 70) + ((i * 7919) % 30_011);
      members.set(Buffer.from(text), i + 1);
      known.set(text, i + 1);
    }
    known.set('', 50_000);
    members.set(Buffer.from(''), 50_000);
    for (const [text, key] of known) expect(members.get(Buffer.from(text)), text).toBe(key);
    expect(members.get(Buffer.from('é'))).toBe(MISSING);
  });

  it('keeps 0 apart from an empty slot', () => {
    const members = new IntMembers();
    expect(members.get(0)).toBe(MISSING);
    members.set(0, 7);
    expect(members.get(0)).toBe(7);
  });

  it.each([
    ['numbers', () => new IntMembers(100), (i: number) => i],
    ['texts', () => new TextMembers(100), (i: number) => Buffer.from(`member ${i}`)],
  ] as const)(
    'forgets the %s that have not been used for a generation, and only those',
    (_, make, natural) => {
      const members = make() as { get(key: unknown): number; set(key: unknown, value: number): void };
      for (let i = 0; i < 1000; i++) {
        members.set(natural(i), i + 1);
        expect(members.get(natural(0)), `after ${i} members`).toBe(1);
      }
      const kept = Array.from({ length: 1000 }, (_, i) => members.get(natural(i))).filter(
        (key) => key !== MISSING,
      );
      expect(kept.length).toBeLessThanOrEqual(200);
      expect(members.get(natural(999))).toBe(1000);
      expect(members.get(natural(500))).toBe(MISSING);
    },
  );
});
