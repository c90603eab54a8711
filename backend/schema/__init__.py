"""What the API says: GraphQL types, inputs, unions and enums; no I/O."""
