# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The switch of the articles, in namespaces: BIRD 2 with conf/bird/bird2.conf, Open vSwitch as the
# data plane and sFlow agent, hotfibd with the articles' arm.* properties imported, two upstream
# peers, and a host that sends real packets.
#
#   +-- gen ------+      +-- sw ----------------------------------------+     +-- up --------------+
#   | packets_io  |      | br0 (Open vSwitch, userspace, sFlow 1:5)      |     | hotfib-lab feed x4 |
#   |        gen0 o------o ovs0    |  198.18.0.1, 2001:db8:18::1         |     |                    |
#   | 198.18.0.2  |      |         v  the kernel routes: `proto bird`    |     | 10.0.0.134, .135   |
#   +-------------+      | BIRD <-> hotfibd :1179      10.0.0.136  up0 o-----o fc00:136::2, ::3   |
#                        |      sFlow :6343 REST :8008 fc00:136::1       |     | AS 65134, 65135    |
#                        +----------------------------------------------+     +--------------------+
#
# BIRD dials hotfibd twice for IPv4 and IPv6: 127.0.0.1 shows it the full table, 10.0.0.136 takes
# the active prefixes, which BIRD's kernel protocol installs. The kernel is the truth.
#
# The learned table, for k in 1..ACTIVE, in IPv4 (IPv6 likewise, 2a10:k::/32 and so on); "traffic"
# goes to one address in the prefix that is in none of its more-specifics:
#
#   20.k.0.0/16     active    traffic; next hop .134 for even k, .135 for odd k
#   20.k.64.0/18    other     no traffic, the other next hop: must be in the kernel too
#   20.k.80.0/20    back      no traffic, inside `other`, next hop as `active`: must be too
#   20.k.128.0/18   same      no traffic, next hop as `active`: must not
#   21.k.0.0/16     idle      no traffic: must not
#   0.0.0.0/0       default   from AS 65134: in the kernel by BIRD's own pipe

ACTIVE=${ACTIVE:-35}  # active prefixes of each family
BIG=10                # of both families together: the first five of each have four times the rate
PPS=25                # packets/s to an active prefix
FRAME=518             # octets
SAMPLING=5            # 1 in: 5 samples/s each
T=2                   # arm.sflow.t
BR0_MAC=02:00:00:00:00:01
SELECTION=${SELECTION:-top} # how hotfibd selects, and SETTINGS of its target beside that

# PREFIX NEXTHOP CLASS of both families.
article_routes() {
	local k nh other
	for k in $(seq 1 "$ACTIVE"); do
		nh=$((134 + k % 2)) other=$((135 - k % 2))
		echo "20.$k.0.0/16 10.0.0.$nh active"
		echo "20.$k.64.0/18 10.0.0.$other other"
		echo "20.$k.80.0/20 10.0.0.$nh back"
		echo "20.$k.128.0/18 10.0.0.$nh same"
		echo "21.$k.0.0/16 10.0.0.$nh idle"
		nh=$((2 + k % 2)) other=$((3 - k % 2))
		echo "2a10:$k::/32 fc00:136::$nh active"
		echo "2a10:$k:4000::/34 fc00:136::$other other"
		echo "2a10:$k:5000::/36 fc00:136::$nh back"
		echo "2a10:$k:8000::/34 fc00:136::$nh same"
		echo "2a11:$k::/32 fc00:136::$nh idle"
	done
	echo "0.0.0.0/0 10.0.0.134 default"
	echo "::/0 fc00:136::2 default"
}

# ADDRESS PACKETS_PER_SECOND PREFIX of the traffic.
article_traffic() {
	local k pps
	for k in $(seq 1 "$ACTIVE"); do
		pps=$PPS
		[ "$k" -gt $((BIG / 2)) ] || pps=$((PPS * 4))
		echo "20.$k.1.1 $pps 20.$k.0.0/16"
		echo "2a10:$k:1::1 $pps 2a10:$k::/32"
	done
}

article_topology() {
	ns_add sw
	ns_add up
	ns_add gen
	router_on sw
	veth sw up0 up sw0
	veth gen gen0 sw ovs0
	addr sw up0 10.0.0.136/24 fc00:136::1/64
	addr up sw0 10.0.0.134/24 10.0.0.135/24 fc00:136::2/64 fc00:136::3/64
	addr gen gen0 198.18.0.2/24 2001:db8:18::2/64
	article_routes >"$DIR/routes"
	article_traffic >"$DIR/traffic"
}

# --- Open vSwitch -------------------------------------------------------------------------------

vsctl() {
	run_in sw ovs-vsctl --db="unix:$DIR/ovs.sock" --timeout=10 "$@"
}

# The agent's address is that of the interface named by `agent`; polling keeps it from going silent.
ovs_start() {
	export OVS_RUNDIR=$DIR OVS_LOGDIR=$LOGS OVS_DBDIR=$DIR
	ovsdb-tool create "$DIR/ovs.db" /usr/share/openvswitch/vswitch.ovsschema
	spawn ovsdb sw ovsdb-server "$DIR/ovs.db" --remote="punix:$DIR/ovs.sock" -vsyslog:off
	wait_for "ovsdb-server" 10 vsctl --no-wait init
	ovs_daemon
	wait_for "ovs-vswitchd" 10 vsctl add-br br0 -- set bridge br0 datapath_type=netdev \
		other-config:hwaddr=$BR0_MAC
	vsctl add-port br0 ovs0 -- --id=@s create sflow agent=up0 "target=\"127.0.0.1:6343\"" \
		sampling=$SAMPLING polling=1 header=128 -- set bridge br0 sflow=@s >/dev/null ||
		bail "Open vSwitch does not take its configuration"
	br0_up
}

ovs_daemon() {
	spawn ovs sw ovs-vswitchd "unix:$DIR/ovs.sock" --unixctl="$DIR/ovs.ctl" \
		-vsyslog:off -vdpif:err
}

# The switch's own port may go with the daemon, and then so do its addresses.
br0_up() {
	wait_for "br0" 10 ip -n "$(ns sw)" link set br0 up
	addr sw br0 198.18.0.1/24 2001:db8:18::1/64 2>/dev/null
}

ovs_restart() {
	ovs_daemon
	br0_up
}

# --- BIRD ---------------------------------------------------------------------------------------

bird_start() {
	spawn bird sw bird -f -c "$ROOT/conf/bird/bird2.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pidfile"
}

birdc_() {
	run_in sw birdc -r -s "$DIR/bird.ctl" "$@"
}

bird_up() {
	birdc_ show protocols | awk -v p="$1" '$1 == p { print; found = $6 == "Established" }
		END { exit !found }'
}

# Best routes of BIRD's tables as PREFIX NEXTHOP: bird_routes peers4 peers6
bird_routes() {
	local t
	for t in "$@"; do
		birdc_ show route primary table "$t" | awk '
			/ (unicast|blackhole|unreachable) / && $1 != "via" { prefix = $1 }
			$1 == "via" { print prefix, $2 }'
	done
}

# --- hotfibd ------------------------------------------------------------------------------------

# The article's properties, plus a shorter moving average so that 10 t is short.
hotfibd_config() {
	cat "$ROOT/tests/net/article/sflow-rt.conf" >"$DIR/sflow-rt.conf"
	echo "arm.sflow.t=$T" >>"$DIR/sflow-rt.conf"
	"$BIN/hotfib" import "$DIR/sflow-rt.conf" >"$DIR/imported.conf" ||
		bail "hotfib import refuses the article's properties"
	# The one thing that is ours: two tests must not meet in /run.
	sed "s,socket = \"[^\"]*\",socket = \"$DIR/hotfib.sock\"," "$DIR/imported.conf" \
		>"$DIR/hotfib.conf"
	grep -q "$DIR/hotfib.sock" "$DIR/hotfib.conf" ||
		sed -i "s,http: *{,&\n  socket = \"$DIR/hotfib.sock\";," "$DIR/hotfib.conf"
	# With ARM's own rule what is in the kernel is known to the entry.
	sed -i "s,target: *{,&\n\tselection = \"$SELECTION\"${SETTINGS:+; $SETTINGS}," \
		"$DIR/hotfib.conf"
	cp "$DIR/imported.conf" "$DIR/hotfib.conf" "$LOGS/"
}

hotfibd_start() {
	spawn hotfibd sw "$BIN/hotfibd" -c "$DIR/hotfib.conf"
}

hotfibd_up() {
	api sw /version
}

hotfib_() {
	"$BIN/hotfib" -s "$DIR/hotfib.sock" "$@"
}

# --- upstream peers -----------------------------------------------------------------------------

# feed LABEL LOCAL-ADDRESS REMOTE-ADDRESS AS FAMILY: routes of $DIR/routes with that next hop.
feed() {
	awk -v nh="$2" -v as="$4" '$2 == nh { print $1, as, $2 }' "$DIR/routes" >"$DIR/$1.list"
	spawn "$1" up "$BIN/hotfib-lab" feed --local "$2" --remote "$3" --as "$4" --remote-as 65136 \
		--router-id "0.0.1.$(($4 - 65000))" --families "$5" --list "$DIR/$1.list"
}

feeds_start() {
	feed up134 10.0.0.134 10.0.0.136 65134 ipv4
	feed up135 10.0.0.135 10.0.0.136 65135 ipv4
	feed up6134 fc00:136::2 fc00:136::1 65134 ipv6
	feed up6135 fc00:136::3 fc00:136::1 65135 ipv6
}

# --- traffic ------------------------------------------------------------------------------------

packets_start() {
	spawn packets gen "$BIN/net/packets_io" gen0 $BR0_MAC
	awk -v f=$FRAME '{ print "flow", $1, $2, f }' "$DIR/traffic" >"$DIR/packets.in"
}

# --- truth --------------------------------------------------------------------------------------

# What the kernel forwards by BIRD's routes, as PREFIX NEXTHOP, sorted; default routes left out.
kernel_routes() {
	{ ip -n "$(ns sw)" -4 route show proto bird && ip -n "$(ns sw)" -6 route show proto bird; } |
		awk '$1 != "default" && $2 == "via" {
			if ($1 !~ "/") $1 = $1 ($1 ~ ":" ? "/128" : "/32")
			print $1, $3
		}' | sort
}

# The routes of $DIR/routes of these classes.
routes_of() {
	awk -v classes=" $* " 'index(classes, " " $3 " ") { print $1, $2 }' "$DIR/routes" | sort
}

# kernel_is FILE: the kernel holds exactly the routes of the file.
kernel_is() {
	kernel_routes >"$DIR/kernel"
	diff "$1" "$DIR/kernel"
}

# For every address the kernel's next hop is that of BIRD's full table, or it has only a default.
forwarding_is_right() {
	bird_routes peers4 peers6 >"$DIR/rib" 2>"$DIR/rib.err" || { cat "$DIR/rib.err" && return 1; }
	kernel_routes >"$DIR/kernel"
	"$BIN/net/verify" ${GUARDS:+-g} "$DIR/rib" "$DIR/kernel"
}

# BIRD, hotfibd and the upstream peers, with what they need in place.
article_daemons() {
	bird_start
	wait_for "BIRD" 10 birdc_ show status
	hotfibd_start
	wait_for "hotfibd" 10 hotfibd_up
	feeds_start
}

article_start() {
	article_topology
	hotfibd_config
	article_daemons
	ovs_start
	packets_start
	routes_of active other back >"$DIR/expected"
}

# Everything learned by hotfibd: its count of prefixes is the table's.
learned_all() {
	local n4 n6
	n4=$(grep -cv : "$DIR/routes") n6=$(grep -c : "$DIR/routes")
	api_is sw '/bgp/topprefixes/127.0.0.1/json?maxPrefixes=0' ".nPrefixes == $n4" &&
		api_is sw '/bgp/topprefixes6/127.0.0.1/json?maxPrefixes=0' ".nPrefixes == $n6"
}
