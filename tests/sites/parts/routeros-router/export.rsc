# 2026-03-02 10:29:41 by RouterOS 7.16.2
# software id = 7XQ2-0ST1
#
# model = RB5009UG+S+
# serial number = HZZ000SITE01
/interface bridge add name=bridge vlan-filtering=yes
/interface vlan add interface=bridge name=vlan10 vlan-id=10
/interface vlan add interface=bridge name=vlan30 vlan-id=30
/interface vlan add interface=bridge name=vlan40 vlan-id=40
/interface list add name=WAN
/interface list add name=CLIENTS
/ip pool add name=pool-office ranges=192.168.10.100-192.168.10.199
/ip pool add name=pool-pos ranges=192.168.30.100-192.168.30.149
/ip pool add name=pool-guest ranges=192.168.40.20-192.168.40.219
/ip dhcp-server add address-pool=pool-office interface=vlan10 lease-time=8h name=office
/ip dhcp-server add address-pool=pool-pos interface=vlan30 lease-time=1d name=pos
/ip dhcp-server add address-pool=pool-guest interface=vlan40 lease-time=20m name=guest
/interface bridge port add bridge=bridge comment="to the switch" frame-types=admit-only-vlan-tagged interface=ether2
/interface bridge port add bridge=bridge comment="to an access point" frame-types=admit-only-vlan-tagged interface=ether3
/ip neighbor discovery-settings set discover-interface-list=!WAN
/ipv6 settings set disable-ipv6=yes
/interface bridge vlan add bridge=bridge tagged=bridge,ether2,ether3 vlan-ids=10
/interface bridge vlan add bridge=bridge tagged=bridge,ether2,ether3 vlan-ids=30
/interface bridge vlan add bridge=bridge tagged=bridge,ether2,ether3 vlan-ids=40
/interface list member add interface=ether1 list=WAN
/interface list member add interface=vlan30 list=CLIENTS
/interface list member add interface=vlan40 list=CLIENTS
/ip address add address=192.168.10.1/24 comment=office interface=vlan10 network=192.168.10.0
/ip address add address=192.168.30.1/24 comment="tills and readers" interface=vlan30 network=192.168.30.0
/ip address add address=192.168.40.1/24 comment=guests interface=vlan40 network=192.168.40.0
/ip dhcp-client add comment="line of the provider" interface=ether1 use-peer-dns=no
/ip dhcp-server network add address=192.168.10.0/24 comment=office dns-server=192.168.10.1 gateway=192.168.10.1
/ip dhcp-server network add address=192.168.30.0/24 comment="tills and readers" dns-server=192.168.30.1 gateway=192.168.30.1
/ip dhcp-server network add address=192.168.40.0/24 comment=guests dns-server=192.168.40.1 gateway=192.168.40.1
/ip dns set allow-remote-requests=yes servers=1.1.1.1,1.0.0.1
/ip firewall filter add action=accept chain=input comment="Answers to the router" connection-state=established,related,untracked
/ip firewall filter add action=drop chain=input comment="Broken packets to the router" connection-state=invalid
/ip firewall filter add action=accept chain=input comment="Ping the router" protocol=icmp
/ip firewall filter add action=accept chain=input comment="The office reaches the router" in-interface=vlan10
/ip firewall filter add action=accept chain=input comment="Clients ask for names" dst-port=53 in-interface-list=CLIENTS protocol=udp
/ip firewall filter add action=accept chain=input comment="Clients ask for long names" dst-port=53 in-interface-list=CLIENTS protocol=tcp
/ip firewall filter add action=accept chain=input comment="Clients ask for addresses" dst-port=67 in-interface-list=CLIENTS protocol=udp
/ip firewall filter add action=drop chain=input comment="Nobody else reaches the router"
/ip firewall filter add action=accept chain=forward comment="Known connections" connection-state=established,related,untracked
/ip firewall filter add action=drop chain=forward comment="Broken packets" connection-state=invalid
/ip firewall filter add action=accept chain=forward comment="Everybody reaches the internet" out-interface-list=WAN
/ip firewall filter add action=drop chain=forward comment="Nothing else crosses the router"
/ip firewall nat add action=masquerade chain=srcnat comment="One address for all" out-interface-list=WAN
/system clock set time-zone-name=Europe/Paris
/system identity set name=gw
/system note set show-at-login=no
