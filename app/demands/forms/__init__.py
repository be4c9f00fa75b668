"""The forms of the stage."""
