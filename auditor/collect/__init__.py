"""Captures: from devices over read-only sessions, from disk, and to disk."""
