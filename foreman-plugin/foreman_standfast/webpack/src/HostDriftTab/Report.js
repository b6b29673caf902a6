// The newest report of a host.
import React from 'react';
import PropTypes from 'prop-types';
import { Title } from '@patternfly/react-core';
import { foremanUrl } from 'foremanReact/common/helpers';
import { translate as __ } from 'foremanReact/common/I18n';
import Finding from './Finding';
import StateLabel from './StateLabel';
import Totals from './Totals';
import { Stale } from './Notice';
import { FINDING_STATES, omittedWords, summary } from './words';

const rank = ({ state }) =>
  (FINDING_STATES.indexOf(state) + 1 || FINDING_STATES.length + 1);

const Report = ({ report }) => {
  const findings = [...(report.findings || [])].sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <Title headingLevel="h2" size="lg">
        <StateLabel state={report.status} /> {summary(report)}
      </Title>
      {report.status === 'stale' && <Stale checkedAt={report.checked_at} />}
      <Totals report={report} />
      {findings.map((finding, number) => (
        // eslint-disable-next-line react/no-array-index-key
        <Finding key={number} finding={finding} />
      ))}
      {report.omitted > 0 && (
        <p className="standfast-tab-omitted">
          {omittedWords(report.omitted)} {__('On the host, this shows all:')}{' '}
          <code>standfast check</code>
        </p>
      )}
      <p>
        <a
          href={foremanUrl(
            `/foreman_standfast/drift/${encodeURIComponent(report.host)}`
          )}
        >
          {__('All of the report, and what to do on the host')}
        </a>
      </p>
    </>
  );
};

Report.propTypes = { report: PropTypes.object.isRequired };

export default Report;
