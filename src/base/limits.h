/* limits.h: everything in base that grows, and how far. One line each: ceiling, reason. */
#ifndef PTL_BASE_LIMITS_H
#define PTL_BASE_LIMITS_H

enum {
    PTL_POOL_THREADS_MAX = 256,           /* above the cores of any one machine we expect       */
    PTL_ARENA_BLOCK_MIN = 4096,           /* the first block of an arena: one page              */
    PTL_ARENA_BLOCK_MAX = 1 << 20,        /* doubling stops here; larger requests get their own */
    PTL_BUFFER_MIN = 256,                 /* a buffer's first capacity                          */
    PTL_NUMBER_BYTES_MAX = 511,           /* text of one number; longer is not a number         */
    PTL_DISTANCE_BYTES_MAX = 128,         /* names compared for "did you mean"                  */
    PTL_ZONE_FILE_BYTES_MAX = 256 * 1024, /* the largest zone of tzdata has about 4 KB          */
    PTL_ZONE_FOLDER_DEPTH_MAX = 4,        /* tzdata nests three deep                            */
    PTL_PATH_BYTES_MAX = 4096,            /* Linux's PATH_MAX                                   */
    PTL_HASH_CHUNK_BYTES = 64 * 1024      /* read at a time while hashing a file                */
};

#endif
