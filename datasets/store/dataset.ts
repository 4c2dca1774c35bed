/** An online shop, fetched every two minutes: the orders, the customers of its application, and how risky they are. */

export { default as customers } from './definitions/customers.ts';
export { default as scores } from './definitions/scores.ts';
export { default } from './definitions/store.ts';
