// Loaded before a study: the presets of CartPole-v1 are short, so that the study's runs take a second.
import { presets } from "../../dist/index.js";

const { teacher, student } = presets["CartPole-v1"];
Object.assign(teacher, { envSteps: 2000, learningStarts: 300, evaluationInterval: 500, evaluationEpisodes: 5 });
Object.assign(student, { envSteps: 800, updates: 800, rounds: 2, attempts: 1, evaluationEpisodes: 5 });
