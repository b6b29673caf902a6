// Stand-in for Foreman's translation: English, and no format but those that the tab uses.
const text = words => {
  if (typeof words !== 'string' || words === '') throw new Error(`no text: ${words}`);
  return words;
};

export const translate = text;
export const ngettext = (one, many, count) => text(count === 1 ? one : many);
export const sprintf = (format, ...values) => {
  const left = [...values];
  const words = text(format).replace(/%[ds]/g, () => {
    if (left.length === 0) throw new Error(`too few values for ${format}`);
    return String(left.shift());
  });
  if (left.length > 0 || words.includes('%')) throw new Error(`cannot format ${format}`);
  return words;
};
