// Foreman's build wants this entry of every plugin. What there is to load is in global_index.js.
