/* What a program needs on an emulated Cortex-M: a start, a console by semihosting, a clock, and how deep the stack went. */
#include <stdint.h>
#include "platform.h"

extern uint32_t data_source[], data_begin[], data_end[], bss_begin[], bss_end[];
extern void stack_top(void); /* an address that the linker gives */
extern void (*init_begin[])(void), (*init_end[])(void);

/* ARM's semihosting: the debugger, here qemu, does what register 0 says with what register 1 points to. */
static void semihosting(uint32_t operation, const void *argument)
{
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void put(const char *text)
{
  semihosting(0x04, text); /* SYS_WRITE0 */
}

static void stop(int status)
{
  const uint32_t reason[2] = { 0x20026 /* ADP_Stopped_ApplicationExit */, (uint32_t)status };
  for (;;) semihosting(0x20, reason); /* SYS_EXIT_EXTENDED */
}

static void fault(void)
{
  put("fault\n");
  stop(99);
}

void reset(void); /* where the processor begins */
void reset(void)
{
#ifdef __ARM_FP
  *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; /* CPACR: the floating-point unit is on */
  __asm__ volatile("dsb\n isb");
#endif
  const uint32_t *from = data_source;
  for (uint32_t *to = data_begin; to < data_end; to++) *to = *from++;
  for (uint32_t *to = bss_begin; to < bss_end; to++) *to = 0;
  for (void (**init)(void) = init_begin; init < init_end; init++) (*init)();
  stop(main());
}

/* SysTick: 24 bits, counting down with the processor's clock. */
static volatile uint32_t *const systick = (volatile uint32_t *)0xe000e010;

static uint32_t ticks_of(void (*function)(void))
{
  systick[1] = 0xffffff;
  systick[2] = 0;
  systick[0] = 5;
  while (systick[2] == 0) continue; /* it begins at its next tick */
  const uint32_t before = systick[2];
  function();
  return (before - systick[2]) & 0xffffff;
}

static void million_instructions(void)
{
  uint32_t left = 500000;
  __asm__ volatile(".syntax unified\n 0: subs %0, #1\n bne 0b" : "+l"(left) : : "cc");
}

uint32_t instructions_of(void (*function)(void))
{
  return (uint32_t)((uint64_t)ticks_of(function) * 1000000 / ticks_of(million_instructions));
}

enum { painted_words = 1024, paint = 0x5eed5eed };

__attribute__((noinline)) uint32_t stack_of(void (*function)(void))
{
  volatile uint32_t *top; /* below it is what only the function uses */
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (int word = 1; word <= painted_words; word++) top[-word] = paint;
  function();
  int word = painted_words;
  while (word > 0 && top[-word] == paint) word--;
  return 4 * (uint32_t)word;
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = { stack_top, reset, fault, fault };
