"""The pages: parse, call one service, render. No rule lives here."""
