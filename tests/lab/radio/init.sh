#!/bin/sh
# The first and only process of the virtual machine: plays each scenario with real radios and reports on the second
# serial line, one JSON object a line. The router is br-lan with hostapd on wlan0; each station is a namespace.
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /tmp; mkdir -p /run/netns /var/lib/misc /etc; ln -s /run /var/run
stty -F /dev/ttyS1 raw
exec >/dev/ttyS1

now() { # hundredths of a second since the boot
    read -r uptime rest </proc/uptime
    echo "${uptime%.*}${uptime#*.}"
}

say() { # scenario, what; the text is read
    awk -v scenario="$1" -v what="$2" '
        BEGIN { printf "{\"scenario\": \"%s\", \"what\": \"%s\", \"text\": \"", scenario, what }
        { gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); gsub(/[\001-\037\177]/, " "); printf "%s\\n", $0 }
        END { print "\"}" }'
}

for module in /modules/*; do
    case $module in
        *hwsim*) insmod "$module" radios=3 ;;
        *) insmod "$module" ;;
    esac
done 2>/run/modules
say boot modules </run/modules
ip link set lo up
for number in 1 2; do
    ip netns add "sta$number"
    ip -n "sta$number" link set lo up
    iw phy "phy$number" set netns name "sta$number"
done
printf '#!/bin/sh\n[ "$1" != bound ] || { ip addr add "$ip/$mask" dev "$interface"; echo "lease=$lease address=$ip"; }\n' >/bin/on-lease
chmod 755 /bin/on-lease

until_true() { # tenths of a second, command
    tenths=$1; shift
    end=$(($(now) + tenths * 10))
    until "$@"; do
        [ "$(now)" -lt "$end" ] || return 1
        sleep 0.1
    done
}

ap_settled() { grep -q AP-ENABLED /tmp/hostapd.log || ! kill -0 "$hostapd" 2>/dev/null; }

# A station has settled when it is in, or has looked and been turned away three times.
station_settled() {
    grep -q 'CTRL-EVENT-CONNECTED' "/tmp/$1.log" ||
        [ "$(grep -cE 'CTRL-EVENT-(ASSOC-REJECT|AUTH-REJECT|SSID-TEMP-DISABLED)|No suitable network found' "/tmp/$1.log")" -ge 3 ]
}

start_ap() {
    ip link add br-lan type bridge forward_delay 0
    ip addr add 192.168.10.1/24 dev br-lan
    ip link set br-lan up
    hostapd /etc/hostapd/hostapd.conf >/tmp/hostapd.log 2>&1 & hostapd=$!
    until_true 200 ap_settled
    say "$1" hostapd </tmp/hostapd.log
    dnsmasq -d -C /etc/dnsmasq.conf >/tmp/dnsmasq.log 2>&1 & dnsmasq=$!
}

join() { # scenario, station
    mkdir -p "/run/wpa-$2"
    ip -n "$2" link set "wlan${2#sta}" up
    timeout 5 ip netns exec "$2" iw dev "wlan${2#sta}" scan freq 2437 flush >/dev/null 2>&1  # forget earlier scenarios
    ip netns exec "$2" wpa_supplicant -d -i "wlan${2#sta}" -D nl80211 -c "/etc/stations/$2.conf" >"/tmp/$2.log" 2>&1 &
    echo $! >"/tmp/$2.pid"
    cli="timeout 20 wpa_cli -p /run/wpa-$2 -i wlan${2#sta}"
    until_true 100 test -S "/run/wpa-$2/wlan${2#sta}"
    ip netns exec "$2" $cli scan_interval 1 >/dev/null
    until_true 450 station_settled "$2"
    grep -E 'CTRL-EVENT|: +skip|No suitable|Trying' "/tmp/$2.log" | say "$1" "$2 events"
    ip netns exec "$2" $cli status 2>&1 | say "$1" "$2 status"
    if grep -q CTRL-EVENT-CONNECTED "/tmp/$2.log"; then
        ip netns exec "$2" iw dev "wlan${2#sta}" link 2>&1 | say "$1" "$2 link"
        ip netns exec "$2" udhcpc -i "wlan${2#sta}" -n -q -f -t 10 -T 1 -s /bin/on-lease 2>&1 | say "$1" "$2 dhcp"
    fi
}

reaches() { # station, address
    for try in 1 2 3; do
        ip netns exec "$1" ping -c 1 -W 1 "$2" >/dev/null 2>&1 && { echo yes; return; }
    done
    echo no
}

gone() { # a process that has ended, reaped or not
    ! [ -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

address() { ip -n "$1" -4 -o addr show "wlan${1#sta}" | awk '{ sub("/.*", "", $4); print $4 }'; }

try_it() { # scenario, station, the other one
    [ -n "$(address "$2")" ] || return
    reaches "$2" 192.168.10.1 | say "$1" "$2 router"
    [ -z "$(address "$3")" ] || reaches "$2" "$(address "$3")" | say "$1" "$2 $3"
}

# On a machine that is busy with other work a station may lose its access point; then nothing was learned.
lost() { # station
    awk '/CTRL-EVENT-CONNECTED/ { in_ = 1 } /CTRL-EVENT-DISCONNECTED/ { if (in_) lost = 1 } END { exit !lost }' \
        "/tmp/$1.log"
}

play() {
    rm -rf /etc/hostapd /etc/stations /etc/dnsmasq.conf /tmp/* /var/lib/misc/*
    cp -a "/scenarios/$1/." /
    begun=$(now)
    echo | say "$1" begin
    start_ap "$1"
    if kill -0 "$hostapd" 2>/dev/null; then
        for station in sta2 sta1; do join "$1" "$station"; done
        for link in /sys/class/net/br-lan/brif/*; do
            timeout 20 hostapd_cli -p /run/hostapd -i "${link##*/}" all_sta 2>&1
        done | say "$1" all_sta
        try_it "$1" sta1 sta2
        try_it "$1" sta2 sta1
    fi
    again=
    for station in sta1 sta2; do if lost "$station"; then again=yes; fi; done
    for pid in $(cat /tmp/*.pid) "$dnsmasq" "$hostapd"; do
        kill "$pid" 2>/dev/null
        until_true 100 gone "$pid" || kill -9 "$pid"
    done
    for number in 1 2; do ip -n "sta$number" addr flush dev "wlan$number"; done
    ip link del br-lan
    echo $(($(now) - begun)) | say "$1" centiseconds
    [ -z "$again" ]
}

ls /sys/class/ieee80211 | say boot radios
now | say boot centiseconds
while read -r name; do
    play "$name" </dev/null || play "$name" </dev/null || play "$name" </dev/null
done </scenarios/order
echo | say boot end
poweroff -f
