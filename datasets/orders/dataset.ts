/** Orders of a web shop, as its API dumps them every day: the orders, what is in them, and who placed them. */

export { default as lines } from './definitions/lines.ts';
export { default } from './definitions/orders.ts';
export { default as users } from './definitions/users.ts';
