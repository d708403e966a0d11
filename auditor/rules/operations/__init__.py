"""What only people can do: guided cards."""
