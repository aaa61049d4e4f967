"""Filters of the templates; they format what a view hands over and decide nothing."""
