/* The console of the tests' programs, where they run on the host. */
#include <stdio.h>
#include "platform.h"

void put(const char *text)
{
  fputs(text, stdout);
}
