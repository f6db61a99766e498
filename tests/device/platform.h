/* What the tests' programs have: on the host a console (host.c), on a Cortex-M measures, too (cortex_m.c). */
#ifndef PLATFORM_H
#define PLATFORM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
int main(void);
#endif

void put(const char *text);

/* Eight hexadecimal digits and a space. */
static inline void put_word(uint32_t word)
{
  char text[10];
  for (int digit = 0; digit < 8; digit++) text[digit] = "0123456789abcdef"[word >> (28 - 4 * digit) & 15];
  text[8] = ' ';
  text[9] = 0;
  put(text);
}

/* Instructions that the function takes, where each takes the same time; few thousands are counted to a per cent. */
uint32_t instructions_of(void (*function)(void));

/* Bytes of stack that the function and all that it calls use, at most 4096. */
uint32_t stack_of(void (*function)(void));

#ifdef __cplusplus
}
#endif
#endif
