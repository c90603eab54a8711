"""What the product decides: the only room with business rules."""
