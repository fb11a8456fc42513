"""Kernels of Markov chains, one file each: found by scanning this folder, so a new sampler is one new file.

A file has a docstring (first line: its title; then help, `Equation:` in LaTeX, `Source:`), `Params` made of knobs,
`State` (what the next step needs), `Info` (what a plot needs), `init(x, target) -> State` and
`step(state, target, params, rng) -> (State, Info)`, batched over chains.
"""
