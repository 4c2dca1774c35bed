import pg from 'pg';

const admin = 'postgres://postgres@localhost:5432/postgres';
let n = 0;
export async function testDatabase() {
  const name = `coord_${process.pid}_${n++}`;
  const c = new pg.Client({ connectionString: admin });
  await c.connect();
  await c.query(`create database ${name}`);
  await c.end();
  const url = `postgres://postgres@localhost:5432/${name}`;
  return {
    url,
    drop: async () => {
      const c = new pg.Client({ connectionString: admin });
      await c.connect();
      await c.query(`drop database ${name} with (force)`);
      await c.end();
    },
  };
}
