"""The bench: how fast the measures are beside what others use, and how well intervals cover.

The law of this package: it imports the measures as anybody else would and times or simulates them
as they stand; nothing imports it but its tests. What it finds is written by its commands, `make
bench` into docs/benchmarks.md and `make intervals` into docs/intervals.md, and never by hand.
"""
