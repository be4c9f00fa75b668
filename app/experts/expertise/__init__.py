"""How well an expert's work fits a demand: a score from texts, declared fields and the expert's own rating.

`scoring.scores` gives the score that the draw takes; `evaluation` measures the text part on a folder of ratings."""
