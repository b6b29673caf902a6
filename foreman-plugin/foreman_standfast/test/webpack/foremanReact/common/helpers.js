// Stand-in for Foreman's helpers; Foreman may lie below a path.
export const foremanUrl = path => {
  if (!path.startsWith('/')) throw new Error(`no path: ${path}`);
  return `${window.URL_PREFIX}${path}`;
};
