"""How GraphQL travels: HTTP and WebSocket handlers, limits and the playground."""
