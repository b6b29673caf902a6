// What Foreman loads on each of its pages: it puts the tab of drift on the page of a host.
import React from 'react';
import { addGlobalFill } from 'foremanReact/components/common/Fill/GlobalFill';
import { translate as __ } from 'foremanReact/common/I18n';
import HostDriftTab from './src/HostDriftTab';

// Before Foreman's own Reports, which has 477: a greater number stands further to the left.
const WEIGHT = 480;

try {
  addGlobalFill(
    'host-details-page-tabs',
    'Standfast',
    <HostDriftTab key="standfast-host-drift-tab" />,
    WEIGHT,
    { title: __('Drift') }
  );
} catch (error) {
  // Foreman runs no script of its pages until each plugin has loaded: without the tab they work, after a throw they do not.
  // eslint-disable-next-line no-console
  console.error('foreman_standfast: no tab of drift on the host page:', error);
}
