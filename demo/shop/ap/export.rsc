# 2026-11-23 09:54:31 by RouterOS 7.16.2
# software id = 3TEA-R00M
#
# model = cAPGi-5HaxD2HaxD
# serial number = HDD000DEMO01
/interface bridge add admin-mac=02:00:5E:CC:00:01 auto-mac=no name=bridge vlan-filtering=yes
/interface wifi datapath add bridge=bridge client-isolation=yes comment="made as a copy of that of the guests" disabled=no name=dp-tills vlan-id=30
/interface wifi datapath add bridge=bridge client-isolation=yes disabled=no name=dp-guests vlan-id=40
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-tills
/interface wifi security add authentication-types=wpa2-psk disabled=no name=sec-guests
/interface wifi configuration add country=France datapath=dp-tills disabled=no mode=ap name=cfg-tills security=sec-tills ssid=BAKERY-TILLS
/interface wifi configuration add country=France datapath=dp-guests disabled=no mode=ap name=cfg-guests security=sec-guests ssid=TEA-ROOM
/interface wifi set [ find default-name=wifi1 ] channel.frequency=5500 configuration=cfg-tills configuration.mode=ap disabled=no
/interface wifi set [ find default-name=wifi2 ] channel.band=2ghz-n channel.frequency=2462 configuration=cfg-tills configuration.mode=ap disabled=no
/interface wifi add configuration=cfg-guests configuration.mode=ap disabled=no mac-address=02:00:5E:CC:02:01 master-interface=wifi2 name=wifi2-guests
/interface bridge port add bridge=bridge comment="trunk to the router" interface=ether1
/interface bridge port add bridge=bridge comment="trunk to the terrace" interface=ether2
/ipv6 settings set disable-ipv6=yes
/interface bridge vlan add bridge=bridge tagged=ether1,ether2 vlan-ids=30
/interface bridge vlan add bridge=bridge tagged=ether1,ether2 vlan-ids=40
/ip address add address=192.168.1.2/24 interface=bridge network=192.168.1.0
/ip dns set servers=192.168.1.1
/ip route add dst-address=0.0.0.0/0 gateway=192.168.1.1
/ip service set telnet disabled=yes
/ip service set ftp disabled=yes
/ip service set www disabled=yes
/system clock set time-zone-name=Europe/Paris
/system identity set name="Tea room"
/system note set show-at-login=no
/system scheduler add comment="no Wi-Fi after hours" interval=1d name=wifi-off on-event="/interface wifi disable [find]" policy=read,write start-date=2026-03-02 start-time=19:00:00
/system scheduler add comment="no Wi-Fi after hours" interval=1d name=wifi-on on-event="/interface wifi enable [find]" policy=read,write start-date=2026-03-02 start-time=06:30:00
