/** Local time to UTC and back, by tables that kernel/zones.ts prepares. */

@unmanaged
export class Zone {
  /** Number of pieces of the local clock. Within a piece, local times are read in one way. */
  pieceCount: i32;
  /** Local seconds since the epoch at which each piece begins (i64). */
  pieceStart: usize;
  /** Seconds east of UTC to read the piece's times with. */
  pieceOffset: usize;
  /** Seconds to add to a skipped time for what the clock really showed. */
  pieceShift: usize;
  /** 0, or the reason to reject times in the piece. */
  pieceReject: usize;
  /** The piece found last. */
  piece: i32;
  intervalCount: i32;
  /** Seconds since the epoch at which each interval begins (i64). */
  intervalStart: usize;
  intervalOffset: usize;
  interval: i32;
}

/** The last of `count` ascending starts that is at or before `t`, or 0. Looks near `hint` first. */
@inline
function seek(starts: usize, count: i32, hint: i32, t: i64): i32 {
  if (load<i64>(starts + (<usize>hint << 3)) <= t) {
    if (hint + 1 == count || t < load<i64>(starts + (<usize>hint << 3), 8)) return hint;
  }
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (load<i64>(starts + (<usize>middle << 3)) <= t) low = middle;
    else high = middle;
  }
  return low;
}

/** The piece of the zone's local clock that `local` (seconds) falls in. */
@inline
export function pieceAt(zone: Zone, local: i64): usize {
  const piece = seek(zone.pieceStart, zone.pieceCount, zone.piece, local);
  zone.piece = piece;
  return <usize>piece << 2;
}

/** Seconds east of UTC at the instant `utc` (seconds). */
export function offsetAt(zone: Zone, utc: i64): i32 {
  const interval = seek(zone.intervalStart, zone.intervalCount, zone.interval, utc);
  zone.interval = interval;
  return load<i32>(zone.intervalOffset + (<usize>interval << 2));
}
