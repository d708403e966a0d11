"""Rules on names: what resolvers answer."""
