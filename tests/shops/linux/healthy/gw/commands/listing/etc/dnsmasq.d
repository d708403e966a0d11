README
leases.conf
