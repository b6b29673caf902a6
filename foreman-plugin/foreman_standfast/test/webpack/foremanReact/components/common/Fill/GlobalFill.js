// Stand-in for Foreman's registry of what plugins put into its pages.
import React from 'react';

export const fills = {};

export const addGlobalFill = (slot, id, component, weight, metadata) => {
  if (window.noFills) throw new Error('this Foreman has no such slot');
  if (slot !== 'host-details-page-tabs') throw new Error(`no slot ${slot}`);
  if (!React.isValidElement(component) || !component.key) throw new Error('a fill is an element with a key');
  if (typeof weight !== 'number' || typeof metadata.title !== 'string') throw new Error('a tab has a weight and a title');
  fills[id] = { component, weight, title: metadata.title };
};
