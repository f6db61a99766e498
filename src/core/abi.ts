// The exports of assembly/index.ts as TypeScript sees them. Handles and addresses are byte offsets into `memory`.

export interface CoreExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;

  sin(x: number): number;
  cos(x: number): number;

  digest_blocks(digest: number, bytes: number, blocks: number): void;
  digest_end(digest: number, rest: number, total: number): void;

  allocate(bytes: number): number;
  release(address: number): void;

  network_create(widths: number, layers: number, batch: number, tanh: number): number;
  network_free(network: number): void;
  network_parameters(network: number): number;
  network_ready(network: number): void;
  network_inputs(network: number): number;
  network_forward(network: number, batch: number): number;
  network_act(network: number): number;

  trainable_parameters(net: number): number;
  trainable_parameter_count(net: number): number;
  trainable_observation_size(net: number): number;
  trainable_mean(net: number): number;
  trainable_scale(net: number): number;
  trainable_block(net: number): number;
  trainable_saved_bytes(net: number): number;
  trainable_tables(net: number): number;
  trainable_table_count(net: number): number;
  trainable_capacity(net: number): number;

  learner_create(widths: number, layers: number, options: number): number;
  learner_guide(learner: number, guide: number): void;
  learner_importance(learner: number, importance: number): void;
  learner_free(learner: number): void;
  learner_initialise(learner: number, word0: number, word1: number, word2: number, word3: number): void;
  learner_normalise(learner: number): void;
  learner_renew(learner: number, observations: number, returns: number, fresh: number): void;
  learner_far_outside(learner: number): number;
  learner_return_scale(learner: number): number;
  learner_incoming(learner: number): number;
  learner_masks(learner: number): number;
  learner_allows(learner: number, row: number, action: number): number;
  learner_counts(learner: number): number;
  learner_started(learner: number): void;
  learner_begin(learner: number): number;
  learner_record(
    learner: number,
    row: number,
    action: number,
    reward: number,
    terminated: number,
    truncated: number,
  ): number;
  learner_end(learner: number, row: number): void;
  learner_depart(learner: number, row: number): void;
  learner_act(learner: number, row: number, chance: number, longest: number): number;
  learner_greedy(learner: number, row: number): number;
  learner_step(learner: number, n: number, learningRate: number): number;
  learner_follow(student: number, teacher: number, n: number, learningRate: number): number;
  learner_restored(learner: number): number;
  learner_episodes(learner: number, rows: number, count: number): number;
  learner_observation(learner: number, row: number): number;
  learner_observations(learner: number): number;
  learner_filled(learner: number): number;
  learner_ready(learner: number): number;

  guide_create(network: number, batch: number): number;
  guide_free(guide: number): void;
  guide_loss(guide: number): number;

  loss_options(comparison: number, temperature: number, huberDelta: number, transitions: number): void;
  loss_weight(comparison: number, loss: number, weight: number): void;

  distiller_create(widths: number, layers: number, options: number): number;
  distiller_free(distiller: number): void;
  distiller_loss(distiller: number): number;
  distiller_restored(distiller: number): number;
  distiller_relabel(distiller: number, network: number): void;
  distiller_initialise(distiller: number, word0: number, word1: number, word2: number, word3: number): void;
  distiller_started(distiller: number): void;
  distiller_states(distiller: number): number;
  distiller_labels(distiller: number): number;
  distiller_taken(distiller: number): number;
  distiller_targets(distiller: number): number;
  distiller_masks(distiller: number): number;
  distiller_filled(distiller: number): number;
  distiller_fill(distiller: number, filled: number): void;
  distiller_normalise(distiller: number): void;
  distiller_standardise(distiller: number): void;
  distiller_label_mean(distiller: number): number;
  distiller_label_scale(distiller: number): number;
  distiller_step(distiller: number, n: number, learningRate: number): number;
  distiller_step_within(
    distiller: number,
    n: number,
    learningRate: number,
    firstState: number,
    stateCount: number,
    firstOutput: number,
    actions: number,
  ): number;
}

/** The exports of the module for two threads: assembly/threads.ts beside index.ts. */
export interface TeamExports extends CoreExports {
  team_create(learner: number): number;
  team_step(team: number, learner: number, n: number, learningRate: number): number;
  team_assist(team: number): void;
}
