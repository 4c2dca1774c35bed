/** The views of the page. One is added with its address (platform/progress/page-paths.ts) and an entry here. */
import type { PagePath } from '../../platform/progress/page-paths.ts';
import { DatasetList } from './dataset/dataset-list.tsx';
import { DatasetView } from './dataset/dataset-view.tsx';
import { SourcesView } from './due/sources-view.tsx';
import { FileView } from './file/file-view.tsx';
import { FileList } from './files/file-list.tsx';
import { Live } from './live/live.tsx';
import { WorkersView } from './live/workers/workers-view.tsx';
import type { View } from './view.ts';

export const views: Readonly<Record<PagePath, View>> = {
  '/': { name: 'Now', title: () => '', draw: (props) => <Live {...props} /> },
  '/files': { name: 'Files', title: () => 'Files', draw: (props) => <FileList {...props} /> },
  '/files/:id': {
    name: null,
    title: ({ params }, state) =>
      state?.files.find(({ fileId }) => fileId === Number(params.id))?.name ?? `File ${params.id}`,
    draw: (props) => <FileView key={props.route.params.id} {...props} />,
  },
  '/datasets': { name: 'Datasets', title: () => 'Datasets', draw: (props) => <DatasetList {...props} /> },
  '/datasets/:name': {
    name: null,
    title: ({ params }) => params.name,
    draw: (props) => <DatasetView key={props.route.params.name} {...props} />,
  },
  '/sources': { name: 'Sources', title: () => 'Sources', draw: (props) => <SourcesView {...props} /> },
  '/workers': { name: 'Workers', title: () => 'Workers', draw: (props) => <WorkersView {...props} /> },
};
