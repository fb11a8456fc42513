"""The presets of 2-D data: one file each, found by scanning this folder.

A file has a docstring (title, help, `Equation:`, `Source:`), `Params` (its knobs, `noise` among
them) and
`density(params)`, which gives what it draws from.
"""
