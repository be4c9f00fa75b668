"""The draw over a whole round: all panels at once, by rules that are hard and a purpose that is written down.

`drawing.draw` is the door: inputs and a seed in, panels and reserves out; `drawing.verify` runs a record again.
`checking.faults` knows every rule once more, in plain loops, and looks at each result before it leaves."""
