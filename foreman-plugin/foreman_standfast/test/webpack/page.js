// In the place of Foreman's host page: loads what Foreman would, and shows the tab that was registered.
import React from 'react';
import { createRoot } from 'react-dom/client';
import '../../webpack/index';
import '../../webpack/global_index';
import { fills } from 'foremanReact/components/common/Fill/GlobalFill';

const asked = new URLSearchParams(window.location.search);
const tab = fills.Standfast;
const place = createRoot(document.querySelector('main'));

// Shows the tab of a host, as Foreman does when one goes from host to host.
window.show = host => place.render(React.cloneElement(tab.component, { hostName: host, response: {}, status: 'RESOLVED' }));
document.title = tab ? tab.title : 'no tab';
if (tab) window.show(asked.get('host'));
