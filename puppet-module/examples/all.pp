# All areas by their classes, with the values from Hiera: see data/all.yaml beside this file.
#
#     puppet apply --hiera_config examples/hiera.yaml examples/all.pp
include standfast
