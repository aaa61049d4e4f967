"""The REST interface of runs and reports: parse, call one service, give back the shape."""
