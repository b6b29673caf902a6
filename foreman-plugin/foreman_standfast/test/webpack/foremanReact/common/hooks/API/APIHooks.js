// Stand-in for Foreman's hook: requests for real, and files each answer below its key, where it stays. As there, the key
// follows a render later than the address.
import { useEffect, useState } from 'react';
import { STATUS } from '../../../constants';

const filed = {};
const listeners = new Set();

const file = (key, entry) => {
  filed[key] = entry;
  listeners.forEach(listener => listener({}));
};

const ask = async (key, url) => {
  file(key, { response: (filed[key] || {}).response, status: STATUS.PENDING });
  try {
    const answer = await fetch(`${window.URL_PREFIX}${url}`);
    if (!answer.ok) throw Object.assign(new Error('refused'), { response: { status: answer.status } });
    file(key, { response: await answer.json(), status: STATUS.RESOLVED });
  } catch (error) {
    file(key, { response: error, status: STATUS.ERROR });
  }
};

export const useAPI = (method, url, { key, ...others }) => {
  if (method !== 'get' || !key || Object.keys(others).length > 0) throw new Error('the stand-in knows no such request');
  const [current, setCurrent] = useState(key);
  const [, draw] = useState({});
  useEffect(() => {
    listeners.add(draw);
    return () => listeners.delete(draw);
  }, []);
  useEffect(() => setCurrent(key), [key]);
  useEffect(() => {
    ask(current, url);
  }, [current, url]);
  const { response, status } = filed[current] || {};
  return { response: response || {}, status, key: current };
};
