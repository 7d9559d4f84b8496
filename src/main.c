/* main.c: the program is its command line. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return ptl_cli_main(argc, argv);
}
