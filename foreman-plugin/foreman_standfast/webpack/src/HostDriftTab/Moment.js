// A moment as Foreman writes moments, in the user's time zone, and how long ago it is.
import React from 'react';
import PropTypes from 'prop-types';
import LongDateTime from 'foremanReact/components/common/dates/LongDateTime';
import RelativeDateTime from 'foremanReact/components/common/dates/RelativeDateTime';
import { translate as __ } from 'foremanReact/common/I18n';

// The API has `2026-11-27 12:08:46 UTC`, which not every browser takes for a moment.
const iso = time =>
  time.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/, '$1T$2Z');

const Moment = ({ time }) =>
  time ? (
    <span>
      <LongDateTime date={iso(time)} seconds /> (
      <RelativeDateTime date={iso(time)} />)
    </span>
  ) : (
    <span>{__('unknown')}</span>
  );

Moment.propTypes = { time: PropTypes.string };
Moment.defaultProps = { time: null };

export default Moment;
