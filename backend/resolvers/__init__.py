"""How the API answers: parse ids, open the unit of work, call one service, wrap the row."""
