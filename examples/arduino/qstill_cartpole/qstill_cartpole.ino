// A student of 114 parameters balances a pole. In place of sensors and a motor, the cart and its pole are simulated here.
#define CARTPOLE_V1_SELF_TEST
#include "cartpole.h"

// CARTPOLE_V1_FEATURE_NAMES: position (m), velocity (m/s), the pole's angle (rad) and angular velocity (rad/s)
static float observation[CARTPOLE_V1_OBSERVATION_SIZE] = { 0.02f, 0.0f, 0.04f, 0.0f };

static const char *const actionNames[] = CARTPOLE_V1_ACTION_NAMES;

// What follows from 20 ms of pushing: Barto, Sutton and Anderson 1983, with Gymnasium's constants. A cart of 1 kg, a pole
// of 0.1 kg and 1 m, pushed with 10 N. On a device of your own, read the sensors here and set the motor.
static void push(int action)
{
  const float step = 0.02f;
  const float force = action == 1 ? 10.0f : -10.0f;
  const float sine = sinf(observation[2]);
  const float cosine = cosf(observation[2]);
  const float pull = (force + 0.05f * observation[3] * observation[3] * sine) / 1.1f;
  const float turn = (9.8f * sine - cosine * pull) / (0.5f * (4.0f / 3.0f - 0.1f * cosine * cosine / 1.1f));
  const float acceleration = pull - 0.05f * turn * cosine / 1.1f;
  observation[0] += step * observation[1];
  observation[1] += step * acceleration;
  observation[2] += step * observation[3];
  observation[3] += step * turn;
}

void setup()
{
  Serial.begin(115200);
  Serial.print(CARTPOLE_V1_ENVIRONMENT);
  Serial.println(cartpole_v1_self_test() ? ": self test passed" : ": self test failed");
}

void loop()
{
  static int steps = 0;
  const int action = cartpole_v1_act(observation);
  push(action);
  steps++;
  if (steps % 50 == 0) {
    Serial.print(steps);
    Serial.print(" steps, angle ");
    Serial.print(observation[2], 4);
    Serial.print(", ");
    Serial.println(actionNames[action]);
  }
  delay(20);
}
