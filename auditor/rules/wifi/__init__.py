"""Rules on Wi-Fi."""
