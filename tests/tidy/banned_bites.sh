#!/usr/bin/env bash
# Each banned call is found with its replacement; names inside comments, strings and longer names are not.
source "$(dirname "$0")/plant.bash"
plant src/base/ok.c '/* strcpy(a, b) */' 'static const char *const words = "strcpy(a, b)";' \
  'int my_strcpy(void);' 'void f(const ptl_sink *s) { s->printf(1); snprintf(b, 1, "x"); }'
plant src/base/clock.c 'int f(void) { return clock_gettime(CLOCK_REALTIME, &t); }'
plant src/cli/help.c 'int f(void) { return printf("usage"); }'
plant tests/unit/test_x.c 'int f(void) { assert(1); }'
holds banned
for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'gets(a)' 'atoi(a)' 'strtok(a, b)' \
  'gmtime(&t)' 'localtime_r(&t, &tm)' 'rand()' 'time(NULL)' 'printf("x")' 'fprintf(stderr, "x")' \
  'fputs("x", stdout)' 'abort()' 'exit(1)' 'assert(x)' 'system("ls")' 'strtod(a, b)' \
  'pthread_create(a, b, c, d)' 'setlocale(LC_ALL, "")'; do
  plant src/store/bad.c 'void f(void)' '{' "    (void)$call;" '}'
  finds banned "src/store/bad.c:3: ${call%%(*}"
done
plant src/store/bad.c 'void f(void) { strcpy(a, b); }'
finds banned 'use ptl_buffer_append or ptl_text_copy'
plant tools/tidy/banned.except 'src/store/bad.c strcpy : a fixed field of the file format'
holds banned
plant src/store/bad.c 'void f(void) { }'
finds banned 'the exception is no longer needed'
