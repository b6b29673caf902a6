// What both stand-ins for dates share: a moment of ISO 8601, or an error.
export const moment = (props, known) => {
  Object.keys(props).forEach(name => {
    if (!known.includes(name)) throw new Error(`no such property of a date: ${name}`);
  });
  const { date } = props;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(date)) throw new Error(`no moment: ${date}`);
  return new Date(date);
};
