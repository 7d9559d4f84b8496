#!/usr/bin/env bash
# A broken link, a missing heading, a promised page, an unnamed room and an unlinked page are found.
source "$(dirname "$0")/plant.bash"
plant README.md '# Tree' '[map](src/README.md#where) and [page](docs/page.md), [away](https://example.org)' \
  '`[not](a-link.md)`'
plant src/README.md '# Where' 'base'
plant docs/page.md '# A page'
plant src/base/x.h '/* docs/page.md says more */'
holds docs

plant docs/page.md '[gone](none.md)'
finds docs 'docs/page.md:1: none.md does not exist'
plant docs/page.md '[gone](../src/README.md#whither)'
finds docs 'src/README.md has no heading for #whither'
plant docs/page.md '# A page'
plant src/base/x.h '/* docs/missing.md says more */'
finds docs 'src/base/x.h:1: promises docs/missing.md'
plant src/base/x.h ''
plant src/store/x.h ''
finds docs 'does not name the room "store"'
rm -r "$tree/src/store"
plant docs/lonely.md '# Lonely'
finds docs 'docs/lonely.md:1: no page links to it'
