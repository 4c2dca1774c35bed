import citibike from '../../../../datasets/citibike/dataset.ts';
import { packed } from '../pack.ts';

export default packed(citibike, 'started_at');
