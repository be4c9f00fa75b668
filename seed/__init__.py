"""Data the site starts with, and the loader of the demonstration."""
