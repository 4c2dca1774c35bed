/** How often a worker process says to its pool that its event loop turns, in ms. */
export const heartbeatMs = 1_000;
