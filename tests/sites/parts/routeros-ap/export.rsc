# 2026-03-02 10:29:41 by RouterOS 7.16.2
# software id = 7XQ2-0ST2
#
# model = C52iG-5HaxD2HaxD
# serial number = HZZ000SITE02
/interface bridge add name=bridge vlan-filtering=yes
/interface vlan add interface=bridge name=vlan10 vlan-id=10
/interface wifi channel add band=5ghz-ac disabled=no frequency=5180 name=ch-5ghz width=20/40/80mhz
/interface wifi channel add band=2ghz-n disabled=no frequency=2437 name=ch-2ghz width=20mhz
/interface wifi datapath add bridge=bridge disabled=no name=dp-pos vlan-id=30
/interface wifi datapath add bridge=bridge client-isolation=yes disabled=no name=dp-guest vlan-id=40
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-pos
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-guest
/interface wifi configuration add country=France datapath=dp-pos disabled=no mode=ap name=cfg-pos security=sec-pos ssid=SHOP-POS
/interface wifi configuration add country=France datapath=dp-guest disabled=no mode=ap name=cfg-guest security=sec-guest ssid=SHOP-GUEST
/interface wifi set [ find default-name=wifi1 ] channel=ch-5ghz configuration=cfg-pos configuration.mode=ap disabled=no
/interface wifi set [ find default-name=wifi2 ] channel=ch-2ghz configuration=cfg-pos configuration.mode=ap disabled=no
/interface wifi add configuration=cfg-guest configuration.mode=ap disabled=no mac-address=02:00:5E:AA:05:12 master-interface=wifi1 name=wifi1-guest
/interface bridge port add bridge=bridge comment="to the network" frame-types=admit-only-vlan-tagged interface=ether1
/ipv6 settings set disable-ipv6=yes
/interface bridge vlan add bridge=bridge tagged=bridge,ether1 vlan-ids=10
/interface bridge vlan add bridge=bridge tagged=ether1 vlan-ids=30
/interface bridge vlan add bridge=bridge tagged=ether1 vlan-ids=40
/ip address add address=192.168.10.12/24 comment=management interface=vlan10 network=192.168.10.0
/ip dns set servers=192.168.10.1
/ip route add disabled=no dst-address=0.0.0.0/0 gateway=192.168.10.1
/system clock set time-zone-name=Europe/Paris
/system identity set name=ap2
/system note set show-at-login=no
