// What stands where there is no report to show, or where it tells nothing of the present.
import React from 'react';
import PropTypes from 'prop-types';
import { Alert } from '@patternfly/react-core';
import { translate as __, sprintf } from 'foremanReact/common/I18n';
import Moment from './Moment';

const Commands = () => (
  <ul>
    <li>
      <code>standfast check --report</code> –{' '}
      {__('checks, and sends the report now')}
    </li>
    <li>
      <code>standfast report --status</code> –{' '}
      {__('what waits to be sent, and why')}
    </li>
  </ul>
);

export const Never = ({ hostName }) => (
  <Alert isInline variant="info" title={__('The host has never reported.')}>
    <p>
      {__(
        'No drift report of this host has ever arrived: neither one of standfast itself, nor a Puppet report with resources of standfast. Nothing is known of its hardening.'
      )}
    </p>
    <p>
      {__('It must report under the name that Foreman has for it:')}{' '}
      <code>{hostName}</code>
    </p>
    <Commands />
  </Alert>
);

Never.propTypes = { hostName: PropTypes.string.isRequired };

export const Stale = ({ checkedAt }) => (
  <Alert isInline variant="warning" title={__('The host has fallen silent.')}>
    <p>
      {__('Last check')}: <Moment time={checkedAt} />
    </p>
    <p>
      {__('What is shown below was so then; nobody knows what is so now.')}{' '}
      {__(
        'Is the host switched on, and can it reach its Foreman or Smart Proxy? On the host, these tell:'
      )}
    </p>
    <Commands />
  </Alert>
);

Stale.propTypes = { checkedAt: PropTypes.string };
Stale.defaultProps = { checkedAt: null };

export const Forbidden = () => (
  <Alert
    isInline
    variant="warning"
    title={__('You may not see the drift of hosts.')}
  >
    <p>
      {__('The permission for it is:')} <code>view_standfast_drift</code>
    </p>
  </Alert>
);

export const Failure = ({ code }) => (
  <Alert
    isInline
    variant="danger"
    title={__('The drift of the host could not be loaded.')}
  >
    <p>
      {code
        ? sprintf(__('Foreman answered with %s.'), code)
        : __('Foreman did not answer.')}{' '}
      {__('Load the page again, or look into the log of Foreman.')}
    </p>
  </Alert>
);

Failure.propTypes = { code: PropTypes.number };
Failure.defaultProps = { code: null };
