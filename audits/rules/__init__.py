"""Pure decisions about runs and reports: states, moves, keys. Standard library only."""
