# Runs "$@" beside a systemd of its own for this user. To be run by `unshare`, as root, with mounts and processes of its own:
# nobody else sees this /run. systemd refuses to start where the machine was not started by one.
set -u
group=occ-test-$RANDOM$RANDOM
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/user/0 && chmod 700 /run/user/0 || exit 77
export XDG_RUNTIME_DIR=/run/user/0
unset DBUS_SESSION_BUS_ADDRESS
groups=''
for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
  if [ -f "$tree/cgroup.procs" ] && mkdir "$tree/$group" 2>/dev/null; then
    groups="$groups $tree/$group"
    echo $$ >"$tree/$group/cgroup.procs" || exit 77
  fi
done
# A session has few of the variables of a shell.
env -i HOME="$HOME" PATH=/usr/bin:/bin XDG_RUNTIME_DIR=/run/user/0 script -qfec '/lib/systemd/systemd --user' /dev/null >/dev/null 2>&1 </dev/null &
for _ in $(seq 100); do
  systemctl --user is-system-running 2>/dev/null | grep -qE 'running|degraded' && started=yes && break
  kill -0 $! 2>/dev/null || break
  sleep 0.1
done
[ "${started:-no}" = yes ] || exit 77
"$@"
code=$?
systemctl --user exit 2>/dev/null
wait
for folder in $groups; do
  echo $$ >"${folder%/*}/cgroup.procs"
  find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null
done
exit "$code"
