// Stand-in for Foreman's distance in time.
import React from 'react';
import { moment } from './moment';

const RelativeDateTime = props => <span>{Math.round((Date.now() - moment(props, ['date'])) / 60000)} minutes ago</span>;

export default RelativeDateTime;
