/**
 * The addresses of the page's views. The server answers each with the page, which draws the view (dashboard/src/views.tsx):
 * a view that is added here and not there does not compile. `:id` or `:name` stands for one part of an address.
 */
export const pagePaths = [
  '/',
  '/files',
  '/files/:id',
  '/datasets',
  '/datasets/:name',
  '/sources',
  '/workers',
] as const;

export type PagePath = (typeof pagePaths)[number];
