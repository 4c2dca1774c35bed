/** What tokens of LANDFALL_TOKENS are. */

/** Each may do what those before it may: look, change what is loaded, change definitions. */
export const roles = ['view', 'operate', 'admin'] as const;
export type Role = (typeof roles)[number];

/** A token, what it is called, and what it may do. */
export interface AccessToken {
  readonly name: string;
  readonly role: Role;
  readonly token: string;
}
