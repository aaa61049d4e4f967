"""The REST interface: parse, call one service, give back the shape. No rule lives here."""
