/* As much of Arduino as a sketch that prints needs: Serial is the console, delay() waits for nothing. */
#ifndef ARDUINO_H
#define ARDUINO_H
#include <math.h>
#include "platform.h"

void setup();
void loop();
static inline void delay(unsigned long) {}

class Console {
 public:
  void begin(unsigned long) {}
  void print(const char *text) { put(text); }
  void print(int number)
  {
    if (number < 0) {
      put("-");
      number = -number;
    }
    char text[12];
    int at = 11;
    text[at] = 0;
    do text[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    put(text + at);
  }
  void print(float number, int digits)
  {
    if (number < 0.0f) put("-");
    int scale = 1;
    for (int digit = 0; digit < digits; digit++) scale *= 10;
    const int rounded = (int)(fabsf(number) * (float)scale + 0.5f);
    print(rounded / scale);
    put(".");
    for (int rest = scale / 10; rest > 0; rest /= 10) print(rounded / rest % 10);
  }
  template <class Value>
  void println(Value value)
  {
    print(value);
    put("\n");
  }
};
static Console Serial;

/* Ten seconds of the loop. */
int main()
{
  setup();
  for (int turn = 0; turn < 500; turn++) loop();
  return 0;
}
#endif
