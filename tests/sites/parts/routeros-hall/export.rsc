# 2026-03-02 10:29:41 by RouterOS 7.16.2
# software id = 7XQ2-0ST3
#
# model = RB5009UG+S+
# serial number = HZZ000SITE03
/interface bridge add name=bridge vlan-filtering=yes
/interface vlan add interface=bridge name=vlan20 vlan-id=20
/ip pool add name=pool-hall ranges=192.168.20.100-192.168.20.199
/ip dhcp-server add address-pool=pool-hall interface=vlan20 lease-time=1d name=hall
/interface bridge port add bridge=bridge comment="to a switch" frame-types=admit-only-vlan-tagged interface=ether2
/interface bridge port add bridge=bridge comment="a till of the hall" frame-types=admit-only-untagged-and-priority-tagged interface=ether3 pvid=20
/ip neighbor discovery-settings set discover-interface-list=none
/ipv6 settings set disable-ipv6=yes
/interface bridge vlan add bridge=bridge tagged=bridge,ether2 untagged=ether3 vlan-ids=20
/ip address add address=192.168.20.1/24 comment="tills of the hall" interface=vlan20 network=192.168.20.0
/ip address add address=192.168.98.2/30 comment="transit to the firewall" interface=ether1 network=192.168.98.0
/ip dhcp-server network add address=192.168.20.0/24 comment="tills of the hall" dns-server=1.1.1.1,1.0.0.1 gateway=192.168.20.1
/ip dns set servers=1.1.1.1,1.0.0.1
/ip firewall filter add action=accept chain=forward comment="Known connections" connection-state=established,related,untracked
/ip firewall filter add action=drop chain=forward comment="Broken packets" connection-state=invalid
/ip firewall filter add action=accept chain=forward comment="Tills reach the transit" in-interface=vlan20 out-interface=ether1
/ip firewall filter add action=drop chain=forward comment="Nothing else crosses the router"
/ip route add disabled=no dst-address=0.0.0.0/0 gateway=192.168.98.1
/system clock set time-zone-name=Europe/Paris
/system identity set name=hall
/system note set show-at-login=no
