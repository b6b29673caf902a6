// The state as a sign and a word.
import React from 'react';
import PropTypes from 'prop-types';
import { Label } from '@patternfly/react-core';
import { colour, sign, stateWord } from './words';

const StateLabel = ({ state }) => (
  <Label color={colour(state)} className={`standfast-state-${state}`}>
    <span aria-hidden="true">{sign(state)}</span> {stateWord(state)}
  </Label>
);

StateLabel.propTypes = { state: PropTypes.string.isRequired };

export default StateLabel;
