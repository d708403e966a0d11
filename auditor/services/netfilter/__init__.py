"""What nftables and iptables have in common: the kernel's packet filter as sets of packets, and what they become."""
