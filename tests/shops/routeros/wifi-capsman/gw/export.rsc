# 2026-03-02 10:29:41 by RouterOS 7.18.2
# software id = 2WCM-0SHP
#
# model = RB5009UG+S+
# serial number = HEE000SHOP04
/interface bridge add admin-mac=02:00:5E:AA:00:02 auto-mac=no name=bridge vlan-filtering=yes
/interface vlan add interface=bridge name=vlan30 vlan-id=30
/interface vlan add interface=bridge name=vlan40 vlan-id=40
/interface list add name=WAN
/interface list add name=LAN
/interface list add name=CLIENTS
/interface wifi channel add band=5ghz-ac disabled=no name=ch-5ghz skip-dfs-channels=all width=20/40/80mhz
/interface wifi channel add band=2ghz-n disabled=no name=ch-2ghz width=20mhz
/interface wifi datapath add bridge=bridge disabled=no name=dp-pos vlan-id=30
/interface wifi datapath add bridge=bridge disabled=no name=dp-office
/interface wifi datapath add bridge=bridge client-isolation=yes disabled=no name=dp-guest vlan-id=40
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-pos
/interface wifi security add authentication-types=wpa2-psk,wpa3-psk disabled=no name=sec-office
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-guest
/interface wifi configuration add channel=ch-5ghz country=France datapath=dp-pos disabled=no mode=ap name=cfg-pos-5ghz security=sec-pos ssid=SHOP-POS
/interface wifi configuration add channel=ch-2ghz country=France datapath=dp-pos disabled=no mode=ap name=cfg-pos-2ghz security=sec-pos ssid=SHOP-POS
/interface wifi configuration add country=France datapath=dp-office disabled=no mode=ap name=cfg-office security=sec-office ssid=SHOP-OFFICE
/interface wifi configuration add country=France datapath=dp-guest disabled=no mode=ap name=cfg-guest security=sec-guest ssid=SHOP-GUEST
/ip pool add name=pool-lan ranges=192.168.1.100-192.168.1.199
/ip pool add name=pool-pos ranges=192.168.30.100-192.168.30.149
/ip pool add name=pool-guest ranges=192.168.40.20-192.168.40.219
/ip dhcp-server add address-pool=pool-lan interface=bridge lease-time=8h name=lan
/ip dhcp-server add address-pool=pool-pos interface=vlan30 lease-time=1d name=pos
/ip dhcp-server add address-pool=pool-guest interface=vlan40 lease-time=20m name=guest
/snmp community add addresses=192.168.1.0/24 name="made-up word of the office"
/interface bridge port add bridge=bridge comment="office desk" interface=ether2
/interface bridge port add bridge=bridge comment="label printer" interface=ether3
/interface bridge port add bridge=bridge comment="wired tills" frame-types=admit-only-untagged-and-priority-tagged interface=ether4 pvid=30
/interface bridge port add bridge=bridge comment="access point at the counter" interface=ether5
/interface bridge port add bridge=bridge comment="access point in the salon" interface=ether6
/ip neighbor discovery-settings set discover-interface-list=LAN
/interface bridge vlan add bridge=bridge tagged=bridge,ether5,ether6 untagged=ether4 vlan-ids=30
/interface bridge vlan add bridge=bridge tagged=bridge,ether5,ether6 vlan-ids=40
/interface list member add interface=ether1 list=WAN
/interface list member add interface=bridge list=LAN
/interface list member add interface=vlan30 list=CLIENTS
/interface list member add interface=vlan40 list=CLIENTS
/interface wifi capsman set enabled=yes interfaces=bridge package-path="" require-peer-certificate=no upgrade-policy=none
/interface wifi provisioning add action=create-dynamic-enabled comment="5 GHz" disabled=no master-configuration=cfg-pos-5ghz name-format=%I-5ghz slave-configurations=cfg-office,cfg-guest supported-bands=5ghz-ax
/interface wifi provisioning add action=create-dynamic-enabled comment="2.4 GHz" disabled=no master-configuration=cfg-pos-2ghz name-format=%I-2ghz slave-configurations=cfg-guest supported-bands=2ghz-ax
/ip address add address=192.168.1.1/24 comment=office interface=bridge network=192.168.1.0
/ip address add address=192.168.30.1/24 comment="tills and readers" interface=vlan30 network=192.168.30.0
/ip address add address=192.168.40.1/24 comment=guests interface=vlan40 network=192.168.40.0
/ip dhcp-client add comment="line of the provider" interface=ether1 use-peer-dns=no
/ip dhcp-server lease add address=192.168.1.50 comment="label printer" mac-address=02:00:5E:00:01:50 server=lan
/ip dhcp-server network add address=192.168.1.0/24 comment=office dns-server=192.168.1.1 gateway=192.168.1.1
/ip dhcp-server network add address=192.168.30.0/24 comment="tills and readers" dns-server=192.168.30.1 gateway=192.168.30.1
/ip dhcp-server network add address=192.168.40.0/24 comment=guests dns-server=192.168.40.1 gateway=192.168.40.1
/ip dns set allow-remote-requests=yes servers=1.1.1.1,1.0.0.1
/ip dns static add address=192.168.1.1 name=router.lan type=A
/ip firewall filter add action=accept chain=input comment="Answers to the router" connection-state=established,related,untracked
/ip firewall filter add action=drop chain=input comment="Broken packets to the router" connection-state=invalid
/ip firewall filter add action=accept chain=input comment="Ping the router" protocol=icmp
/ip firewall filter add action=accept chain=input comment="The office reaches the router" in-interface-list=LAN
/ip firewall filter add action=accept chain=input comment="Tills and guests ask for names" dst-port=53 in-interface-list=CLIENTS protocol=udp
/ip firewall filter add action=accept chain=input comment="Tills and guests ask for long names" dst-port=53 in-interface-list=CLIENTS protocol=tcp
/ip firewall filter add action=accept chain=input comment="Tills and guests ask for addresses" dst-port=67 in-interface-list=CLIENTS protocol=udp
/ip firewall filter add action=drop chain=input comment="Nobody else reaches the router"
/ip firewall filter add action=fasttrack-connection chain=forward comment="Known connections, the short way" connection-state=established,related hw-offload=yes
/ip firewall filter add action=accept chain=forward comment="Known connections" connection-state=established,related,untracked
/ip firewall filter add action=drop chain=forward comment="Broken packets" connection-state=invalid
/ip firewall filter add action=accept chain=forward comment="The office reaches the internet" in-interface-list=LAN out-interface-list=WAN
/ip firewall filter add action=accept chain=forward comment="Tills reach the internet" in-interface=vlan30 out-interface-list=WAN
/ip firewall filter add action=accept chain=forward comment="Guests reach the internet" in-interface=vlan40 out-interface-list=WAN
/ip firewall filter add action=drop chain=forward comment="Nothing else crosses the router"
/ip firewall nat add action=masquerade chain=srcnat comment="One address for all" out-interface-list=WAN
/ip service set telnet disabled=yes
/ip service set ftp disabled=yes
/ip service set www disabled=yes
/ip service set api disabled=yes
/ip service set api-ssl disabled=yes
/snmp set enabled=yes
/system clock set time-zone-name=Europe/Paris
/system identity set name=shop-gw
/system note set show-at-login=no
/system ntp client set enabled=yes
/system ntp client servers add address=ntp.example.net
/system scheduler add comment="the router starts again once a week, before the shop opens" interval=1w name=weekly-restart on-event="/system reboot" policy=ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon start-date=2025-11-03 start-time=04:10:00
/tool mac-server set allowed-interface-list=LAN
/tool mac-server mac-winbox set allowed-interface-list=LAN
