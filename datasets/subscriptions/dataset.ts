/** Subscriptions: the seven tables of an application, one dataset each, which together are a star. */

export { default as addresses } from './definitions/addresses.ts';
export { default as banks } from './definitions/banks.ts';
export { default as cards } from './definitions/cards.ts';
export { default as payments } from './definitions/payments.ts';
export { default as plans } from './definitions/plans.ts';
export { default as users } from './definitions/subscribers.ts';
export { default } from './definitions/subscriptions.ts';
