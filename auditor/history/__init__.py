"""What audits found, night after night: runs in a database, SQLite by default or PostgreSQL by URL."""
