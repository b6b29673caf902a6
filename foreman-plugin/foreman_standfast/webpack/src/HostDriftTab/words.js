// Words, signs and colours of states; no state is told by colour alone.
import { translate as __, ngettext as n__, sprintf } from 'foremanReact/common/I18n';

// Findings in the order in which an admin wants to read them.
export const FINDING_STATES = ['failed', 'drifted', 'corrected', 'finding'];

const SIGNS = {
  in_sync: '✓',
  drifted: '≠',
  failed: '✗',
  stale: '…',
  never: '○',
  corrected: '✓',
  finding: '!',
};

const COLOURS = {
  in_sync: 'green',
  drifted: 'orange',
  failed: 'red',
  corrected: 'green',
};

// A later plugin may know more states than this bundle: these get the neutral look, and their own name.
export const sign = state => SIGNS[state] || '?';
export const colour = state => COLOURS[state] || 'grey';

// Each text stands for itself, so that it is found for translation.
export const stateWord = state => {
  switch (state) {
    case 'in_sync':
      return __('In sync');
    case 'drifted':
      return __('Drifted');
    case 'failed':
      return __('Failed');
    case 'stale':
      return __('Stale');
    case 'never':
      return __('Never reported');
    case 'corrected':
      return __('Corrected');
    case 'finding':
      return __('Other findings');
    default:
      return String(state);
  }
};

const driftedWords = count =>
  sprintf(
    n__(
      '%d resource differs from what is desired.',
      '%d resources differ from what is desired.',
      count
    ),
    count
  );

const failedWords = count =>
  sprintf(
    n__(
      '%d resource could not be checked or brought about.',
      '%d resources could not be checked or brought about.',
      count
    ),
    count
  );

// The state in a sentence.
export const summary = ({ status, drifted, failed }) => {
  switch (status) {
    case 'in_sync':
      return __('All that is desired is in force.');
    case 'drifted':
      return driftedWords(drifted);
    case 'failed':
      return [failedWords(failed), drifted > 0 && driftedWords(drifted)]
        .filter(Boolean)
        .join(' ');
    case 'stale':
      return __('The host has fallen silent.');
    default:
      return '';
  }
};

export const omittedWords = count =>
  sprintf(
    n__(
      '%d more finding was left out of the report, which holds only so many.',
      '%d more findings were left out of the report, which holds only so many.',
      count
    ),
    count
  );
