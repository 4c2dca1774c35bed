/** The numbers of RejectReason in kernel/types.ts. */
export const FIELD_COUNT: i32 = 1;
export const MISSING: i32 = 2;
export const TYPE: i32 = 3;
export const RANGE: i32 = 4;
export const QUOTE: i32 = 5;
export const ENCODING: i32 = 6;
export const AMBIGUOUS_TIME: i32 = 7;
export const SKIPPED_TIME: i32 = 8;
export const TOO_LONG: i32 = 9;
export const NUL: i32 = 14;
export const NOT_FINITE: i32 = 15;
export const FRACTION: i32 = 17;
