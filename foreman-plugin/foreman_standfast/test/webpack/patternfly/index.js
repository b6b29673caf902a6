// Stand-in for PatternFly: the components that the tab uses, with those properties alone that both PatternFly 4 and 5 have.
// What is not here fails when the tab is bundled; an unknown property fails when it is shown.
import React from 'react';

const component = (name, known, draw) => {
  const shown = props => {
    Object.keys(props).forEach(property => {
      if (!['children', 'className', ...known].includes(property)) throw new Error(`${name} has no property ${property}`);
    });
    return draw(props);
  };
  shown.displayName = name;
  return shown;
};

const oneOf = (value, values) => {
  if (!values.includes(value)) throw new Error(`${value} is none of ${values}`);
  return value;
};

export const Alert = component('Alert', ['isInline', 'title', 'variant'], ({ title, variant, children }) => (
  <div className={`alert-${oneOf(variant, ['success', 'danger', 'warning', 'info'])}`}>
    <h4>{title}</h4>
    <div>{children}</div>
  </div>
));

const COLOURS = ['blue', 'cyan', 'green', 'orange', 'purple', 'red', 'grey'];

// What is in it stands in a row, as PatternFly lays it out: spaces between elements are lost.
export const Label = component('Label', ['color'], ({ color, className, children }) => (
  <span style={{ display: 'inline-flex' }} className={`label ${oneOf(color, COLOURS)} ${className}`}>
    {children}
  </span>
));

export const Spinner = component('Spinner', ['aria-label'], props => <span role="progressbar" aria-label={props['aria-label']} />);

export const Title = component('Title', ['headingLevel', 'size'], ({ headingLevel: Level, size, children }) => (
  <Level className={oneOf(size, ['md', 'lg', 'xl', '2xl', '3xl', '4xl'])}>{children}</Level>
));

export const DescriptionList = component('DescriptionList', ['isHorizontal', 'isCompact'], ({ children }) => <dl>{children}</dl>);
export const DescriptionListGroup = component('DescriptionListGroup', [], ({ children }) => <div>{children}</div>);
export const DescriptionListTerm = component('DescriptionListTerm', [], ({ children }) => <dt>{children}</dt>);
export const DescriptionListDescription = component('DescriptionListDescription', [], ({ children }) => <dd>{children}</dd>);
