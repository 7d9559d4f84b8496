/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_ACT_LIMITS_H
#define PTL_ACT_LIMITS_H

enum {
    PTL_DELIVER_TIMEOUT_MS = 30000,  /* for one message: a server that is slower is not there     */
    PTL_DELIVER_BYTES_MAX = 1 << 20, /* of one message: mail servers refuse more than a few MiB  */
    PTL_DELIVER_TO_MAX = 50,         /* addresses of one mail: beyond, it is a list's business   */
    PTL_DELIVER_ANSWER_MAX = 65536   /* bytes of a server's answer that are read                 */
};

#endif
