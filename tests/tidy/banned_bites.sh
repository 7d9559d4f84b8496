#!/usr/bin/env bash
# Each banned call is found with its replacement; names inside comments, strings and longer names are not.
source "$(dirname "$0")/plant.bash"
plant src/base/ok.c '/* strcpy(a, b) */' 'static const char *const words = "strcpy(a, b)";' \
  'int my_strcpy(void);' 'void f(const ptl_sink *s) { s->printf(1); snprintf(b, 1, "x"); }'
plant src/base/clock.c 'int f(void) { return clock_gettime(CLOCK_REALTIME, &t); }'
plant src/cli/help.c 'int f(void) { return printf("usage"); }'
plant tests/unit/test_x.c 'int f(void) { assert(1); }'
holds banned
calls=('strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'gets(a)' 'atoi(a)' 'strtok(a, b)' 'strtod(a, b)'
  'gmtime(&t)' 'localtime_r(&t, &tm)' 'rand()' 'time(NULL)' 'printf("x")' 'fprintf(stderr, "x")'
  'fputs("x", stdout)' 'abort()' 'exit(1)' 'assert(x)' 'system("ls")' 'pthread_create(a, b, c, d)'
  'setlocale(LC_ALL, "")')
plant src/store/bad.c "${calls[@]/%/;}" # one a line
said=$("$source_root/tools/tidy/banned" "$tree") && { echo "banned lets everything pass"; exit 1; }
for i in "${!calls[@]}"; do
  grep -q "^src/store/bad.c:$((i + 1)): ${calls[i]%%(*} " <<<"$said" || { echo "banned lets ${calls[i]} pass:"; echo "$said"; exit 1; }
done
plant src/store/bad.c 'void f(void) { strcpy(a, b); }'
finds banned 'use ptl_buffer_append or ptl_text_copy'
plant tools/tidy/banned.except 'src/store/bad.c strcpy : a fixed field of the file format'
holds banned
plant src/store/bad.c 'void f(void) { }'
finds banned 'the exception is no longer needed'
