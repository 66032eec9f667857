"""Children, episodes, interviews and the 72-hour clock; standard library only."""
