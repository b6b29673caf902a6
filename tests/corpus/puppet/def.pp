define profile::def { limits_entry { "${title}/soft/nproc": value => 7 } }
