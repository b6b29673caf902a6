// A unified diff, line by line; the signs that begin its lines stay, so that it reads without colour.
import React from 'react';
import PropTypes from 'prop-types';
import { translate as __ } from 'foremanReact/common/I18n';

const KINDS = { '+': 'added', '-': 'removed', '@': 'place' };

// The names of the two sides begin with the signs of lines, three of them.
const kind = line =>
  /^(---|\+\+\+) /.test(line) ? 'place' : KINDS[line[0]] || 'same';

const Diff = ({ diff }) => (
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre className="standfast-tab-diff" tabIndex="0" aria-label={__('Difference')}>
    {diff
      .replace(/\n$/, '')
      .split('\n')
      .map((line, number) => (
        // eslint-disable-next-line react/no-array-index-key
        <span key={number} className={`standfast-tab-line-${kind(line)}`}>
          {`${line}\n`}
        </span>
      ))}
  </pre>
);

Diff.propTypes = { diff: PropTypes.string.isRequired };

export default Diff;
