# 2026-03-02 10:29:41 by RouterOS 7.16.2
# software id = 9CPS-0SHP
#
# model = RB760iGS
# serial number = HCC000SHOP03
/caps-man channel add band=2ghz-g/n control-channel-width=20mhz extension-channel=disabled frequency=2437 name=ch-2ghz
/caps-man channel add band=5ghz-n/ac control-channel-width=20mhz extension-channel=Ceee frequency=5180 name=ch-5ghz
/interface bridge add comment=office name=bridge-lan
/interface bridge add comment="tills and readers" name=bridge-pos
/interface bridge add comment=guests name=bridge-guest
/interface vlan add comment="switch in the back office" interface=ether5 name=ether5.30 vlan-id=30
/interface vlan add comment="switch in the back office" interface=ether5 name=ether5.40 vlan-id=40
/caps-man datapath add bridge=bridge-pos client-to-client-forwarding=yes name=dp-pos
/caps-man datapath add bridge=bridge-lan client-to-client-forwarding=yes name=dp-office
/caps-man datapath add bridge=bridge-guest name=dp-guest
/caps-man security add authentication-types=wpa2-psk encryption=aes-ccm group-encryption=aes-ccm name=sec-pos
/caps-man security add authentication-types=wpa2-psk encryption=aes-ccm group-encryption=aes-ccm name=sec-office
/caps-man security add authentication-types=wpa2-psk encryption=aes-ccm group-encryption=aes-ccm name=sec-guest
/caps-man configuration add channel=ch-2ghz country=france datapath=dp-pos installation=indoor mode=ap name=cfg-pos-2ghz security=sec-pos ssid=SHOP-POS
/caps-man configuration add channel=ch-5ghz country=france datapath=dp-pos installation=indoor mode=ap name=cfg-pos-5ghz security=sec-pos ssid=SHOP-POS
/caps-man configuration add country=france datapath=dp-office installation=indoor mode=ap name=cfg-office security=sec-office ssid=SHOP-OFFICE
/caps-man configuration add country=france datapath=dp-guest installation=indoor mode=ap name=cfg-guest security=sec-guest ssid=SHOP-GUEST
/interface list add name=WAN
/interface list add name=LAN
/interface list add name=CLIENTS
/interface wireless security-profiles set [ find default=yes ] supplicant-identity=MikroTik
/ip pool add name=pool-lan ranges=192.168.1.100-192.168.1.199
/ip pool add name=pool-pos ranges=192.168.30.100-192.168.30.149
/ip pool add name=pool-guest ranges=192.168.40.20-192.168.40.219
/ip dhcp-server add address-pool=pool-lan interface=bridge-lan lease-time=8h name=lan
/ip dhcp-server add address-pool=pool-pos interface=bridge-pos lease-time=1d name=pos
/ip dhcp-server add address-pool=pool-guest interface=bridge-guest lease-time=20m name=guest
/snmp community add addresses=192.168.1.0/24 name="made-up word of the office"
/caps-man manager set enabled=yes upgrade-policy=suggest-same-version
/caps-man manager interface set [ find default=yes ] forbid=yes
/caps-man manager interface add disabled=no interface=bridge-lan
/caps-man provisioning add action=create-dynamic-enabled comment="2.4 GHz" hw-supported-modes=gn master-configuration=cfg-pos-2ghz name-format=prefix-identity name-prefix=2ghz slave-configurations=cfg-guest
/caps-man provisioning add action=create-dynamic-enabled comment="5 GHz" hw-supported-modes=ac,an master-configuration=cfg-pos-5ghz name-format=prefix-identity name-prefix=5ghz slave-configurations=cfg-office,cfg-guest
/interface bridge port add bridge=bridge-lan comment="office desk" interface=ether2
/interface bridge port add bridge=bridge-lan comment="label printer" interface=ether3
/interface bridge port add bridge=bridge-pos comment="wired tills" interface=ether4
/interface bridge port add bridge=bridge-lan comment="switch in the back office" interface=sfp1
/interface bridge port add bridge=bridge-pos interface=ether5.30
/interface bridge port add bridge=bridge-guest interface=ether5.40
/ip neighbor discovery-settings set discover-interface-list=LAN
/interface list member add interface=ether1 list=WAN
/interface list member add interface=bridge-lan list=LAN
/interface list member add interface=bridge-pos list=CLIENTS
/interface list member add interface=bridge-guest list=CLIENTS
/ip address add address=192.168.1.1/24 comment=office interface=bridge-lan network=192.168.1.0
/ip address add address=192.168.30.1/24 comment="tills and readers" interface=bridge-pos network=192.168.30.0
/ip address add address=192.168.40.1/24 comment=guests interface=bridge-guest network=192.168.40.0
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
/ip firewall filter add action=accept chain=forward comment="Tills reach the internet" in-interface=bridge-pos out-interface-list=WAN
/ip firewall filter add action=accept chain=forward comment="Guests reach the internet" in-interface=bridge-guest out-interface-list=WAN
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
