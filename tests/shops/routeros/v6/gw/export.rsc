# mar/02/2026 10:29:41 by RouterOS 6.49.10
# software id = 4LDV-6SHP
#
# model = RBD52G-5HacD2HnD
# serial number = C0FF00SHOP06
/interface bridge
add comment=office name=bridge-lan protocol-mode=rstp
add comment="tills and readers" name=bridge-pos protocol-mode=rstp
add comment=guests name=bridge-guest protocol-mode=rstp
/interface vlan
add comment="another access point" interface=ether5 name=ether5.30 vlan-id=30
add comment="another access point" interface=ether5 name=ether5.40 vlan-id=40
/interface list
add name=WAN
add name=LAN
add name=CLIENTS
/interface wireless security-profiles
set [ find default=yes ] supplicant-identity=MikroTik
add authentication-types=wpa2-psk mode=dynamic-keys name=sec-pos \
    supplicant-identity=MikroTik wpa2-pre-shared-key="made-up key of the tills"
add authentication-types=wpa2-psk mode=dynamic-keys name=sec-office \
    supplicant-identity=MikroTik wpa2-pre-shared-key=\
    "made-up key of the office"
add authentication-types=wpa2-psk mode=dynamic-keys name=sec-guest \
    supplicant-identity=MikroTik wpa2-pre-shared-key=\
    "made-up key of the guests"
/interface wireless
set [ find default-name=wlan1 ] band=2ghz-g/n country=france disabled=no \
    frequency=2437 installation=indoor mode=ap-bridge security-profile=\
    sec-pos ssid=SHOP-POS wireless-protocol=802.11 wps-mode=disabled
set [ find default-name=wlan2 ] band=5ghz-n/ac channel-width=20/40/80mhz-Ceee \
    country=france disabled=no frequency=5180 installation=indoor mode=\
    ap-bridge security-profile=sec-pos ssid=SHOP-POS wireless-protocol=802.11 \
    wps-mode=disabled
add disabled=no keepalive-frames=disabled mac-address=02:00:5E:AA:05:01 \
    master-interface=wlan2 multicast-buffering=disabled name=wlan2-office \
    security-profile=sec-office ssid=SHOP-OFFICE wds-cost-range=0 \
    wds-default-cost=0 wps-mode=disabled
add default-forwarding=no disabled=no keepalive-frames=disabled mac-address=\
    02:00:5E:AA:02:02 master-interface=wlan1 multicast-buffering=disabled \
    name=wlan1-guest security-profile=sec-guest ssid=SHOP-GUEST \
    wds-cost-range=0 wds-default-cost=0 wps-mode=disabled
add default-forwarding=no disabled=no keepalive-frames=disabled mac-address=\
    02:00:5E:AA:05:02 master-interface=wlan2 multicast-buffering=disabled \
    name=wlan2-guest security-profile=sec-guest ssid=SHOP-GUEST \
    wds-cost-range=0 wds-default-cost=0 wps-mode=disabled
/ip pool
add name=pool-lan ranges=192.168.1.100-192.168.1.199
add name=pool-pos ranges=192.168.30.100-192.168.30.149
add name=pool-guest ranges=192.168.40.20-192.168.40.219
/ip dhcp-server
add address-pool=pool-lan disabled=no interface=bridge-lan lease-time=8h name=\
    lan
add address-pool=pool-pos disabled=no interface=bridge-pos lease-time=1d name=\
    pos
add address-pool=pool-guest disabled=no interface=bridge-guest lease-time=30m \
    name=guest
/interface bridge port
add bridge=bridge-lan comment="office desk" interface=ether2
add bridge=bridge-lan comment="label printer" interface=ether3
add bridge=bridge-lan interface=wlan2-office
add bridge=bridge-pos comment="wired tills" interface=ether4
add bridge=bridge-pos interface=ether5.30
add bridge=bridge-pos interface=wlan1
add bridge=bridge-pos interface=wlan2
add bridge=bridge-guest interface=ether5.40
add bridge=bridge-guest interface=wlan1-guest
add bridge=bridge-guest interface=wlan2-guest
/ip neighbor discovery-settings
set discover-interface-list=LAN
/interface list member
add interface=ether1 list=WAN
add interface=bridge-lan list=LAN
add interface=bridge-pos list=CLIENTS
add interface=bridge-guest list=CLIENTS
/ip address
add address=192.168.1.1/24 comment=office interface=bridge-lan network=\
    192.168.1.0
add address=192.168.30.1/24 comment="tills and readers" interface=bridge-pos \
    network=192.168.30.0
add address=192.168.40.1/24 comment=guests interface=bridge-guest network=\
    192.168.40.0
/ip dhcp-client
add comment="line of the provider" disabled=no interface=ether1 use-peer-dns=no
/ip dhcp-server lease
add address=192.168.1.50 comment="label printer" mac-address=\
    02:00:5E:00:01:50 server=lan
/ip dhcp-server network
add address=192.168.1.0/24 comment=office dns-server=192.168.1.1 gateway=\
    192.168.1.1
add address=192.168.30.0/24 comment="tills and readers" dns-server=\
    192.168.30.1 gateway=192.168.30.1
add address=192.168.40.0/24 comment=guests dns-server=192.168.40.1 gateway=\
    192.168.40.1
/ip dns
set allow-remote-requests=yes servers=1.1.1.1,1.0.0.1
/ip dns static
add address=192.168.1.1 name=router.lan
/ip firewall filter
add action=accept chain=input comment="Answers to the router" \
    connection-state=established,related,untracked
add action=drop chain=input comment="Broken packets to the router" \
    connection-state=invalid
add action=accept chain=input comment="Ping the router" protocol=icmp
add action=accept chain=input comment="The office reaches the router" \
    in-interface-list=LAN
add action=accept chain=input comment="Tills and guests ask for names" \
    dst-port=53 in-interface-list=CLIENTS protocol=udp
add action=accept chain=input comment="Tills and guests ask for long names" \
    dst-port=53 in-interface-list=CLIENTS protocol=tcp
add action=accept chain=input comment="Tills and guests ask for addresses" \
    dst-port=67 in-interface-list=CLIENTS protocol=udp
add action=drop chain=input comment="Nobody else reaches the router"
add action=fasttrack-connection chain=forward comment=\
    "Known connections, the short way" connection-state=established,related
add action=accept chain=forward comment="Known connections" connection-state=\
    established,related,untracked
add action=drop chain=forward comment="Broken packets" connection-state=invalid
add action=accept chain=forward comment="The office reaches the internet" \
    in-interface-list=LAN out-interface-list=WAN
add action=accept chain=forward comment="Tills reach the internet" \
    in-interface=bridge-pos out-interface-list=WAN
add action=accept chain=forward comment="Guests reach the internet" \
    in-interface=bridge-guest out-interface-list=WAN
add action=drop chain=forward comment="Nothing else crosses the router"
/ip firewall nat
add action=masquerade chain=srcnat comment="One address for all" \
    out-interface-list=WAN
/ip service
set telnet disabled=yes
set ftp disabled=yes
set www disabled=yes
set api disabled=yes
set api-ssl disabled=yes
/system clock
set time-zone-name=Europe/Paris
/system identity
set name=shop-gw
/system ntp client
set enabled=yes server-dns-names=ntp.example.net
/system scheduler
add comment="the router starts again once a week, before the shop opens" \
    interval=1w name=weekly-restart on-event="/system reboot" policy=\
    ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon \
    start-date=nov/03/2025 start-time=04:10:00
/tool mac-server
set allowed-interface-list=LAN
/tool mac-server mac-winbox
set allowed-interface-list=LAN
