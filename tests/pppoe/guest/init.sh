#!/bin/sh
# First process of the guest: a provider in one kernel. br0 is the OLT, cpe1..cpe3 are homes, inet is the internet.
# The root is this machine's own, read-only; GUEST (this folder), PYTHON and ROOT come with the kernel's arguments.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mount -t tmpfs tmp /var/tmp
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts

modules=/usr/lib/uml/modules/$(uname -r)/kernel
for module in drivers/net/veth drivers/net/slip/slhc drivers/net/ppp/ppp_generic drivers/net/ppp/pppox \
    drivers/net/ppp/pppoe net/llc/llc net/802/stp lib/crc-ccitt net/ipv6/ipv6 net/bridge/bridge \
    drivers/net/ppp/ppp_async; do
    insmod "$modules/$module.ko" 2>/dev/null
done
[ -e /dev/ppp ] || mknod /dev/ppp c 108 0

# pppd reads /etc/ppp only, and its files must belong to root.
mkdir -p /run/ppp-settings /run/sessions /run/netns
cp "$GUEST"/ppp/* /run/ppp-settings/
chown -R 0:0 /run/ppp-settings
chmod 600 /run/ppp-settings/chap-secrets
chmod 700 /run/ppp-settings/session-up /run/ppp-settings/session-down /run/ppp-settings/ip-pre-up
mount --bind /run/ppp-settings /etc/ppp
hostname bng
printf '127.0.0.1 localhost\n10.255.0.2 bng\n' > /run/hosts
mount --bind /run/hosts /etc/hosts
echo 1 > /proc/sys/net/ipv4/ip_forward

for home in cpe1 cpe2 cpe3 inet; do ip netns add $home; done
ip -batch - <<'NET'
link set lo up
link set vec0 up
addr add 10.255.0.2/30 dev vec0
link add br0 type bridge
link set br0 up
link add onu1 type veth peer name wan netns cpe1
link add onu2 type veth peer name wan netns cpe2
link add onu3 type veth peer name wan netns cpe3
link set onu1 master br0 up
link set onu2 master br0 up
link set onu3 master br0 up
link add inet0 type veth peer name eth0 netns inet
addr add 203.0.113.254/24 dev inet0
link set inet0 up
NET
for home in 1 2 3; do
    ip -n cpe$home link set lo up
    ip -n cpe$home link set wan up
done
ip -n inet link set lo up
ip -n inet addr add 203.0.113.1/24 dev eth0
ip -n inet link set eth0 up
ip -n inet route add default via 203.0.113.254

pppoe-server -I br0 -C RELIGA -L 100.64.0.1 -R 100.64.0.10 -N 16 -x 2 -O /etc/ppp/bng-options -F \
    > /run/pppoe-server.log 2>&1 &
cd "$ROOT" && exec "$PYTHON" -u -m tests.pppoe.bng
