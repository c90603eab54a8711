"""The tables' history, run by `db.migrate`."""
