/** `/api/about` */
export interface About {
  readonly version: string;
  readonly landing: string;
}
