// Stand-in for Foreman's date.
import React from 'react';
import { moment } from './moment';

const LongDateTime = props => <span>{moment(props, ['date', 'seconds']).toISOString().slice(0, 19)}</span>;

export default LongDateTime;
