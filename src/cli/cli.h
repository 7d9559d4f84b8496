/* cli.h: the command line, first face of the registry. */
#ifndef PTL_CLI_CLI_H
#define PTL_CLI_CLI_H

/** The whole program. Returns the exit code of the status list. */
int ptl_cli_main(int argc, char **argv);

#endif
