// The tab of a host's page: asks the plugin's API for the newest report of the host, and shows what comes.
import React from 'react';
import PropTypes from 'prop-types';
import { Spinner } from '@patternfly/react-core';
import { useAPI } from 'foremanReact/common/hooks/API/APIHooks';
import { translate as __ } from 'foremanReact/common/I18n';
import { STATUS } from 'foremanReact/constants';
import Report from './Report';
import { Failure, Forbidden, Never } from './Notice';
import './HostDriftTab.css';

const Refused = ({ hostName, code }) => {
  // Whoever sees the page sees the host: what is not there is its report.
  if (code === 404) return <Never hostName={hostName} />;
  if (code === 403) return <Forbidden />;
  return <Failure code={code} />;
};

Refused.propTypes = { hostName: PropTypes.string.isRequired, code: PropTypes.number };
Refused.defaultProps = { code: null };

const HostDrift = ({ hostName }) => {
  const { response, status } = useAPI(
    'get',
    `/api/v2/hosts/${encodeURIComponent(hostName)}/standfast/drift_report`,
    { key: `STANDFAST_DRIFT_${hostName}` }
  );
  if (status === STATUS.ERROR) {
    return <Refused hostName={hostName} code={response?.response?.status} />;
  }
  // While it is asked again, what was there before stays.
  if (response?.host) return <Report report={response} />;
  if (status === STATUS.RESOLVED) return <Failure />;
  return <Spinner aria-label={__('Loading')} />;
};

HostDrift.propTypes = { hostName: PropTypes.string.isRequired };

// Another host is another request from the start: the hook would file the answer under the host before.
const HostDriftTab = ({ hostName }) => (
  <div className="standfast-tab">
    {hostName && <HostDrift key={hostName} hostName={hostName} />}
  </div>
);

// Foreman gives it when it shows the tab.
HostDriftTab.propTypes = { hostName: PropTypes.string };
HostDriftTab.defaultProps = { hostName: '' };

export default HostDriftTab;
