#!/usr/bin/env bash
# Installs, from Debian's packages, the servers and clients that `npm run test:real` uses, where they are missing.
set -euo pipefail

declare -A packages=(
  [radosgw]=radosgw [ceph-mon]=ceph-mon [ceph-osd]=ceph-osd [ceph]=ceph-common
  [swift-proxy-server]=swift-proxy [swift-account-server]=swift-account
  [swift-container-server]=swift-container [swift-object-server]=swift-object [memcached]=memcached
  [redis-server]=redis-server [/usr/lib/postgresql]=postgresql [chromium]=chromium [tmux]=tmux [/usr/bin/aws]=awscli [s3cmd]=s3cmd [rclone]=rclone
  [restic]=restic [s3fs]=s3fs [/usr/lib/python3/dist-packages/boto3]=python3-boto3
)

missing=()
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null || [ -d "$command" ] || missing+=("${packages[$command]}")
done
[ ${#missing[@]} -gt 0 ] || { echo 'everything is installed'; exit 0; }

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed, and not to be installed here: ${missing[*]}"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "installed: ${missing[*]}"
