// The state as a sign and a word.
import React from 'react';
import PropTypes from 'prop-types';
import { Label } from '@patternfly/react-core';
import { colour, sign, stateWord } from './words';

const StateLabel = ({ state }) => (
  <Label color={colour(state)} className={`standfast-state-${state}`}>
    {/* PatternFly lays out what is in a label in a row, without the spaces between. */}
    <span>
      <span aria-hidden="true">{sign(state)}</span> {stateWord(state)}
    </span>
  </Label>
);

StateLabel.propTypes = { state: PropTypes.string.isRequired };

export default StateLabel;
