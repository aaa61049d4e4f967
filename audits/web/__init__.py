"""The pages of runs and reports: parse, call one service, render."""
