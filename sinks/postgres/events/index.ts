/** The events of keyed datasets: what is current and what is superseded, as files end and are undone. */
export { applyEvents } from './apply-events.ts';
export { wrongTimes } from './audit-seen.ts';
export type * from './event-contract.ts';
export { heldRows } from './held-rows.ts';
export {
  dropStagedEvents,
  eventCounts,
  eventsByChunk,
  eventsSince,
  sumOfEvents,
  undoEvents,
} from './undo-events.ts';
