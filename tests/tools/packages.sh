#!/usr/bin/env bash
# tools/packages on machines made of stand-ins: what is missing is installed by root in one go, named
# to everybody else, and a Node that is new enough is left alone.
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
machine=$(mktemp -d)
trap 'rm -rf "$machine"' EXIT

command_of() { printf '#!/bin/bash\n%s\n' "$2" >"$machine/bin/$1"; chmod +x "$machine/bin/$1"; }
mkdir "$machine/bin"
for name in bash env awk sed tr cat head tail mktemp rm grep; do ln -s "$(command -v "$name")" "$machine/bin/$name"; done
command_of apt-get "echo \"apt-get \$*\" >>$machine/calls; while [ \$# -gt 0 ]; do [ \"\$1\" != -y ] || { shift; break; }; shift; done
for p in \"\$@\"; do case \$p in -*|Dpkg*) ;; *) echo \$p >>$machine/installed;; esac; done"
command_of dpkg-query "for p in \"\$@\"; do grep -qx -- \"\$p\" $machine/installed && printf 'ii \t%s\n' \$p; done; exit 1"
user() { command_of id "echo $1"; }
machine_of() { printf '%s\n' "$@" >"$machine/installed"; : >"$machine/calls"; }
packages() { PATH="$machine/bin" "$source_root/tools/packages" "$@"; }
fail() { echo "$1"; cat "$machine/calls"; exit 1; }

user 0
machine_of make
packages install build || fail "root cannot install"
[ "$(wc -l <"$machine/calls")" = 2 ] || fail "expected one update and one install"
grep -qx 'apt-get update -qq' "$machine/calls" || fail "no update before the install"
grep -q -- '--no-install-recommends -y gcc .* nodejs npm ' "$machine/calls" || fail "the packages are not asked for"
grep -q ' make ' "$machine/calls" && fail "make was there"
: >"$machine/calls"
packages install build || fail "the second run fails"
[ ! -s "$machine/calls" ] || fail "the second run does something"

user 1000
machine_of make gcc
said=$(packages install build 2>&1) && fail "without root it goes on"
grep -q '^  sudo apt-get install --no-install-recommends -y libc6-dev .*libcmocka-dev$' <<<"$said" || fail "no line to run: $said"
[ ! -s "$machine/calls" ] || fail "without root it calls apt-get"
packages list build >"$machine/installed"
packages install build || fail "with everything there it stops"

user 0
machine_of "$(packages list build | grep -v -e nodejs -e npm)"
command_of npm 'true'
command_of node 'case $1 in -p) echo 20 ;; --version) echo v20.1.0 ;; esac'
packages install build || fail "a machine with its own Node is refused"
[ ! -s "$machine/calls" ] || fail "Debian's Node is installed over another"
command_of node 'case $1 in -p) echo 16 ;; --version) echo v16.0.0 ;; esac'
said=$(packages install build 2>&1) && fail "an old Node of another origin is passed"
grep -q 'is v16.0.0 and does not come with Debian' <<<"$said" || fail "it does not say why: $said"
[ ! -s "$machine/calls" ] || fail "Debian's Node is installed over an old one of another origin"
