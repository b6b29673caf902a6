// One finding: what is and what should be, the lines that decide, the difference.
import React from 'react';
import PropTypes from 'prop-types';
import { Title } from '@patternfly/react-core';
import { translate as __ } from 'foremanReact/common/I18n';
import Diff from './Diff';
import Moment from './Moment';
import StateLabel from './StateLabel';

// What stands for a value; where nothing is there, a word says so.
const Value = ({ value }) => {
  if (value === null || value === undefined) return <em>{__('nothing')}</em>;
  return value === '' ? <em>{__('empty')}</em> : <code>{String(value)}</code>;
};

Value.propTypes = { value: PropTypes.string };
Value.defaultProps = { value: null };

const Changes = ({ changes }) => (
  <table className="standfast-tab-table">
    <caption>{__('What is and what should be')}</caption>
    <thead>
      <tr>
        <th scope="col">{__('Property')}</th>
        <th scope="col">{__('Is')}</th>
        <th scope="col">{__('Should be')}</th>
      </tr>
    </thead>
    <tbody>
      {changes.map(({ property, is, should }, number) => (
        // eslint-disable-next-line react/no-array-index-key
        <tr key={number}>
          <th scope="row">{property}</th>
          <td>
            <Value value={is} />
          </td>
          <td>
            <Value value={should} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

Changes.propTypes = { changes: PropTypes.array.isRequired };

const Evidence = ({ lines }) => (
  <>
    <p>{__('The lines that decide:')}</p>
    <ul className="standfast-tab-evidence">
      {lines.map(({ file, line, text, effect }, number) => (
        // eslint-disable-next-line react/no-array-index-key
        <li key={number}>
          <code>{line ? `${file}:${line}` : file}</code>{' '}
          {text && <code>{text}</code>} {effect}
        </li>
      ))}
    </ul>
  </>
);

Evidence.propTypes = { lines: PropTypes.array.isRequired };

const Finding = ({ finding }) => {
  const { resource, state, since, message, diff } = finding;
  const changes = finding.changes || [];
  const evidence = finding.evidence || [];
  return (
    <section className={`standfast-tab-finding standfast-tab-${state}`}>
      <Title headingLevel="h3" size="md">
        <StateLabel state={state} /> <code>{resource}</code>
      </Title>
      <p>
        {__('Since')} <Moment time={since} />
      </p>
      {message && (
        <p className="standfast-tab-message">
          <strong>{state === 'failed' ? __('Reason:') : __('Note:')}</strong>{' '}
          {message}
        </p>
      )}
      {changes.length > 0 && <Changes changes={changes} />}
      {evidence.length > 0 && <Evidence lines={evidence} />}
      {diff && <Diff diff={diff} />}
    </section>
  );
};

Finding.propTypes = { finding: PropTypes.object.isRequired };

export default Finding;
