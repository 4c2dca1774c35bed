/** How often a worker process tells its pool that its event loop is running, in ms. */
export const heartbeatMs = 1_000;
