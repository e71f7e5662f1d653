# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A systemd of the test's own, as init of a PID namespace with its own mounts and a cgroup of its own,
# in a network namespace of the test. It has this machine's programs, read only, and of its units a
# few targets; /proc/sys is read only, so that nothing in there reaches this machine.
#
#   systemd_boot SPACE     until it is up; skips where that cannot be
#   systemctl_ ...         systemctl inside
#   inside COMMAND...      any other command
#
# $SYSTEMD_ROOT is its root as it was made, before it boots: put files there.
SYSTEMD_ROOT=$DIR/systemd

systemd_root() {
	local r=$SYSTEMD_ROOT
	mkdir -p "$r"/usr/{bin,sbin,lib,lib64,share} \
		"$r"/etc/systemd/system "$r"/{run,var/{lib,log,tmp},proc,sys,dev,tmp,root,old}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$r"
	echo 0123456789abcdef0123456789abcdef >"$r/etc/machine-id"
	printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >"$r/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$r/etc/group"
	echo 'passwd: files' >"$r/etc/nsswitch.conf"
	: >"$r/etc/fstab"
	printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' >"$r/etc/systemd/system/test.target"
	mkdir "$r/units"
	for u in sysinit basic shutdown umount final multi-user network paths sockets timers slices \
		local-fs swap; do
		[ ! -e "/usr/lib/systemd/system/$u.target" ] ||
			cp "/usr/lib/systemd/system/$u.target" "$r/units"
	done
}

# What becomes init: in new namespaces, $1 its root, $2 the name of the cgroup that is to be its root.
systemd_script() {
	cat <<-'END'
		set -e
		mount -t cgroup2 cgroup2 "$1/sys" # `ip netns exec` has hidden it
		echo $$ >"$1/sys/$2/cgroup.procs"
		umount "$1/sys"
		exec unshare --mount --pid --cgroup --ipc --uts --fork --kill-child=KILL sh -ec '
			mount --make-rprivate /
			mount --bind "$0" "$0"
			cd "$0"
			for d in bin lib lib64 share; do
				mount --rbind -o ro /usr/$d usr/$d
				mount -o remount,bind,ro usr/$d
			done
			mount --bind units usr/lib/systemd/system
			mount -t proc proc proc
			mount --bind proc/sys proc/sys
			mount -o remount,bind,ro proc/sys
			mount -t sysfs -o ro sysfs sys
			mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup || true
			mount -t cgroup2 cgroup2 sys/fs/cgroup
			mount -t tmpfs -o mode=755 tmpfs dev
			for n in null zero full random urandom tty; do
				: >dev/$n
				mount --bind /dev/$n dev/$n
			done
			ln -s /proc/self/fd dev/fd
			mkdir dev/shm dev/pts
			mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
			ln -s pts/ptmx dev/ptmx
			mount -t tmpfs -o mode=755 tmpfs run
			mount -t tmpfs tmpfs tmp
			pivot_root . old
			umount -l old
			exec env -i container=test PATH=/usr/sbin:/usr/bin \
				/usr/lib/systemd/systemd --unit=test.target --log-target=null
		' "$1"
	END
}

systemd_pid() {
	local unshare child
	unshare=$(pid_of systemd)
	child=$(awk '{ print $1 }' "/proc/$unshare/task/$unshare/children")
	[ -n "$child" ] && [ "$(cat "/proc/$child/comm")" = systemd ] && echo "$child"
}

inside() {
	nsenter -t "$(systemd_pid)" -m -p -C -i -u env -i PATH=/usr/sbin:/usr/bin "$@"
}

systemctl_() {
	inside timeout 60 systemctl --no-pager "$@"
}

systemd_is_up() {
	[ -n "$(systemd_pid)" ] && systemctl_ is-active test.target
}

# The cgroup can only go when nobody is in it.
systemd_cleanup() {
	local status=$?
	if [ -e "$DIR/systemd.pid" ]; then
		signal KILL systemd
		until_ms 10000 eval "! alive systemd"
		rm "$DIR/systemd.pid"
	fi
	systemd_empty() {
		find "$SYSTEMD_CGROUP" -depth -type d -exec rmdir {} \; 2>"$DIR/rmdir"
		[ ! -d "$SYSTEMD_CGROUP" ]
	}
	until_ms 10000 systemd_empty
	(exit $status)
	net_cleanup
}

systemd_boot() {
	local unified
	unified=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	[ -n "$unified" ] || skip_all "no cgroup2 to give to a systemd of our own"
	SYSTEMD_CGROUP=$unified/$TAG
	mkdir "$SYSTEMD_CGROUP" 2>"$DIR/mkdir" || skip_all "no cgroup of our own: $(cat "$DIR/mkdir")"
	trap systemd_cleanup EXIT
	spawn systemd "$1" sh -c "$(systemd_script)" sh "$SYSTEMD_ROOT" "$TAG"
	until_ms 60000 systemd_is_up && return
	alive systemd || rm -f "$DIR/systemd.pid"
	skip_all "systemd cannot be init of a namespace here: $(tail -n 3 "$LOGS/systemd.log" | tr '\n' ' ')"
}
