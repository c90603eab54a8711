"""What the product remembers: tables, queries, SQL functions, policies and migrations; it knows nobody."""
