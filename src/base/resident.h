/* resident.h: memory that the process holds without needing it now. */
#ifndef PTL_BASE_RESIDENT_H
#define PTL_BASE_RESIDENT_H

/** For a process that lives long: memory freed in large pieces goes back to the system at once,
 * whatever sizes were asked for before. Call it before the first thread is made. */
void ptl_resident_settle(void);

/** Give back to the system what the allocator holds free, and the pages of code and constants of
 * the program and its libraries. The system has those in its cache of files; what is needed again
 * is mapped again when it is touched, page by page, without reading. Any thread, at any time. */
void ptl_resident_trim(void);

#endif
