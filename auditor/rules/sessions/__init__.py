"""Rules on what ends sessions."""
