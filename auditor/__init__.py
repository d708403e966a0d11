"""auditor reads router configurations and answers whether card readers will work behind them."""

__version__ = "0.1.0"
