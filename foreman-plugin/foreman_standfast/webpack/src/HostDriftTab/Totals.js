// Since when the state is so, when the host was last checked, and how many resources were how.
import React from 'react';
import PropTypes from 'prop-types';
import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import { translate as __ } from 'foremanReact/common/I18n';
import Moment from './Moment';

const Entry = ({ term, children }) => (
  <DescriptionListGroup>
    <DescriptionListTerm>{term}</DescriptionListTerm>
    <DescriptionListDescription>{children}</DescriptionListDescription>
  </DescriptionListGroup>
);

Entry.propTypes = {
  term: PropTypes.string.isRequired,
  children: PropTypes.node.isRequired,
};

// Puppet's reports do not say how many resources there were.
const known = count =>
  count === null || count === undefined ? __('unknown') : String(count);

const Totals = ({ report }) => {
  const columns = [
    [__('Checked'), known(report.checked)],
    [__('In sync'), known(report.in_sync)],
    [__('Drifted'), known(report.drifted)],
    [__('Corrected'), known(report.corrected)],
    [__('Failed'), known(report.failed)],
  ];
  return (
    <>
      <DescriptionList isHorizontal isCompact>
        <Entry term={__('Since when')}>
          <Moment time={report.since} />
        </Entry>
        <Entry term={__('Last check')}>
          <Moment time={report.checked_at} />
        </Entry>
      </DescriptionList>
      <table className="standfast-tab-table standfast-tab-totals">
        <caption>{__('Resources at the last check')}</caption>
        <thead>
          <tr>
            {columns.map(([word]) => (
              <th key={word} scope="col">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {columns.map(([word, count]) => (
              <td key={word}>{count}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </>
  );
};

Totals.propTypes = { report: PropTypes.object.isRequired };

export default Totals;
