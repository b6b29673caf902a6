# Hundreds of limits as one resource: all are judged at once, and only what differs becomes a resource of its own.
$entries = Hash(Integer[1, 200].map |$number| { [":${20000 + $number}/-/nproc", 1000 + $number] })

standfast_limits { 'main':
  entries => $entries + { '*/hard/core' => { 'value' => 0, 'bound' => 'at_most' } },
}
