// Stand-in for Foreman's constants.
export const STATUS = { PENDING: 'PENDING', RESOLVED: 'RESOLVED', ERROR: 'ERROR' };
