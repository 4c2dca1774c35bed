// A process that starts a pool as it is told and says which processes that has; killed by the test.
process.once('message', async ({ poolUrl, ...options }) => {
  const { startPool } = await import(poolUrl);
  const log = { warn() {}, error() {} };
  const pool = await startPool({ ...options, log });
  process.send(pool.pids());
});
