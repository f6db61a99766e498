/*
 * A Q-network 4-16-2 with ReLU, made by qstill: C99, or C++; no heap, no library.
 *
 * cartpole_v1_act(observation): the greedy action, an index into CARTPOLE_V1_ACTION_NAMES
 * cartpole_v1_act_masked(observation, mask): the same among the actions whose byte of the mask is not 0
 * cartpole_v1_q_values(observation, q): one Q-value an action
 * cartpole_v1_self_test(), only where CARTPOLE_V1_SELF_TEST is defined before this file is included: 1 where the
 * examples get the very Q-values here that they had where this was made, else 0
 *
 * Constants: 456 bytes. Variables: none. Stack: 72 bytes of activations and Q-values, and some words.
 * The bits of the Q-values are the same on every device, given IEEE 754 numbers that no option of the compiler relaxes.
 */
#ifndef QSTILL_CARTPOLE_V1_H
#define QSTILL_CARTPOLE_V1_H

#define CARTPOLE_V1_ENVIRONMENT "CartPole-v1"
#define CARTPOLE_V1_OBSERVATION_SIZE 4
#define CARTPOLE_V1_ACTION_COUNT 2
#define CARTPOLE_V1_FEATURE_NAMES { \
  "cart position", "cart velocity", "pole angle", "pole angular velocity", }
#define CARTPOLE_V1_ACTION_NAMES { \
  "push left", "push right", }
/* SHA-256 of the widths, the activation and the parameters in f32 */
#define CARTPOLE_V1_HASH "14126aa55b77dd1a3a58a66af0ce20b6fe1bcb9c7803010567d7ddfe4bd02f61"

#include <float.h>
#include <stdint.h>

/* 16 where there are numbers of 16 bits, too: float and double are computed as such. */
#if defined FLT_EVAL_METHOD && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "float and double must be computed as such: choose SSE instead of x87 (-mfpmath=sse)"
#endif
#if defined __FAST_MATH__
#error "-ffast-math changes the results: compile without it"
#endif

/* GCC would turn a product and a sum into one instruction that rounds once, unless told -ffp-contract=off. */
#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#ifdef __ARM_FEATURE_MVE /* its vectors take the smallest numbers as 0 */
#pragma GCC optimize("no-tree-vectorize")
#endif
#endif

/* For each layer, for each of its outputs: the bias, then the weights. */
static const float cartpole_v1_parameters[114] = {
  -1.7023354f, 1.12834f, -0.45955887f, -16.741537f, -3.344795f,
  -2.0896666f, 1.9028835f, 1.7236556f, -20.129398f, -0.90616f,
  0.39526057f, 0.7682644f, 0.78225255f, -6.278602f, 1.6596566f,
  -0.4344584f, 2.6174238f, 1.2566276f, -7.115972f, -1.0386045f,
  -0.042254493f, -0.5556644f, -0.48284313f, 7.90199f, 0.5575227f,
  -2.174923f, 0.06758673f, -0.9074941f, 12.535739f, 2.5269775f,
  -2.311465f, -1.7266759f, 0.2878048f, 0.7061712f, 0.54477584f,
  -0.116267584f, -0.9966454f, -0.34604716f, -4.4045362f, -0.5018207f,
  0.80856144f, -0.54881954f, 0.6735329f, -6.258339f, -0.5435338f,
  1.1966313f, 1.5042847f, 0.31780496f, -1.9245651f, 0.7501648f,
  -4.7819057f, -3.7292383f, 0.2576367f, -21.743258f, -0.9676285f,
  -1.8170564f, -2.3604136f, 0.21650663f, 2.483903f, -0.07647146f,
  -1.2253377f, -0.913592f, -0.085218176f, 7.1059184f, 0.4904924f,
  0.34467313f, -0.09689944f, 0.5486479f, -13.95067f, -0.94776165f,
  1.3202535f, 2.5155222f, 0.73488945f, 1.1959522f, 0.7236864f,
  0.7138421f, 2.1343496f, 1.287992f, 10.460534f, 2.9037602f,
  49.3039f, 0.67287093f, -1.4553089f, 0.5370395f, -2.8618152f, -0.21463372f, -4.185248f,
  -1.592197f, 1.1114196f, 0.867435f, -0.25650248f, -2.1081152f, -0.88326806f, 0.80778825f,
  -0.90730035f, 1.2045058f, -2.6089628f,
  49.293274f, -9.765711f, -8.1078f, 0.08076911f, -6.3195343f, 0.65947443f, -0.52333045f,
  0.23238495f, -0.37189507f, 0.898873f, 0.6135536f, -2.3639457f, -0.48073295f, -1.0704993f,
  -0.2912635f, -0.08048612f, -0.83322185f,
};

/* y = W x + b, from w on, (outputs, 1 + inputs); returns where the next layer begins. */
static inline const float *cartpole_v1_dense(const float *w, const float *x, int inputs, float *y, int outputs)
{
  for (int o = 0; o < outputs; o++) {
    float sum = *w++;
    for (int k = 0; k < inputs; k++) {
      const float product = x[k] * *w++;
      sum += product;
    }
    y[o] = sum;
  }
  return w;
}

static inline void cartpole_v1_activate(float *y, int count)
{
  for (int o = 0; o < count; o++) {
    if (y[o] <= 0.0f) y[o] = 0.0f; /* not a number stays */
  }
}

/* One Q-value an action, from 4 features to 2 values. */
static inline void cartpole_v1_q_values(const float *observation, float *q)
{
  float even[16];
  const float *w = cartpole_v1_parameters;
  w = cartpole_v1_dense(w, observation, 4, even, 16);
  cartpole_v1_activate(even, 16);
  cartpole_v1_dense(w, even, 16, q, 2);
}

#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC pop_options
#endif

/* The greedy action: the first of the largest Q-values. */
static inline int cartpole_v1_act(const float *observation)
{
  float q[2];
  int best = 0;
  cartpole_v1_q_values(observation, q);
  for (int action = 1; action < 2; action++) {
    if (q[action] > q[best]) best = action;
  }
  return best;
}

/* The first of the largest Q-values of the actions whose byte of the mask, which has 2, is not 0; -1 if all are. */
static inline int cartpole_v1_act_masked(const float *observation, const uint8_t *mask)
{
  float q[2];
  int best = -1;
  cartpole_v1_q_values(observation, q);
  for (int action = 0; action < 2; action++) {
    if (mask[action] != 0 && (best < 0 || q[action] > q[best])) best = action;
  }
  return best;
}

#ifdef CARTPOLE_V1_SELF_TEST
static const float cartpole_v1_example_observations[16] = {
  -0.027096072f, 0.026174625f, 0.0032775516f, -0.038322654f, -0.53961337f, -0.90030456f,
  -0.019653242f, 0.34152254f, -0.49170136f, 0.028697321f, -0.13083383f, -0.09493382f, -0.5105687f,
  0.21364523f, -0.1317782f, -0.16352296f,
};
static const float cartpole_v1_example_q_values[8] = {
  49.49545f, 50.053905f, 50.145454f, 50.16453f, 50.373035f, 48.152008f, 49.885925f, 45.54619f,
};
static const int cartpole_v1_example_actions[4] = {
  1, 1, 0, 0,
};

/* 1 where every example gets its very Q-values and its action, else 0. */
static inline int cartpole_v1_self_test(void)
{
  const float *observation = cartpole_v1_example_observations;
  const float *expected = cartpole_v1_example_q_values;
  for (int example = 0; example < 4; example++) {
    float q[2];
    cartpole_v1_q_values(observation, q);
    for (int action = 0; action < 2; action++) {
      if (!(q[action] == *expected++)) return 0;
    }
    if (cartpole_v1_act(observation) != cartpole_v1_example_actions[example]) return 0;
    observation += 4;
  }
  return 1;
}
#endif

#endif
