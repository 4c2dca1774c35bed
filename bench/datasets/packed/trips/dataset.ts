import trips from '../../../../datasets/trips/dataset.ts';
import { packed } from '../pack.ts';

export default packed(trips, 'datetime');
