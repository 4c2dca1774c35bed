/** `/api/about` */
export interface About {
  readonly version: string;
  readonly landing: string;
  /** What the reader's token may do. */
  readonly role?: 'view' | 'operate' | 'admin';
}
