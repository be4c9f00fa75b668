"""What the score sheets tell beyond their totals: agreement, variance, uncertain ranks, outliers, weights, severity.

The raw totals decide. These figures inform the chair and are kept with the decision. All of it is pure: tables of
whole hundredths of a point go in, frozen dataclasses come out, and the recorded seed gives the same draws on every
machine. numpy and scipy are loaded by the functions that calculate, not at start.

Scores of one expert are never turned into z-scores: with few sheets each that makes rankings worse."""
