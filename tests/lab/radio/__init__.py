"""Real radios: hostapd and stations in a small virtual machine, against what the audit says of the same files."""
