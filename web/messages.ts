// What the page and its worker say to each other: plain data.
import type { ModelData, StudentConfig, TeacherConfig, TrainingEvent } from "qstill";
import type { Explanation, Node } from "qstill/explain";
import type { Summary } from "qstill/report";
import type { RunFile } from "./files.ts";

/** What a run is: with the library's version, everything that repeats it. */
export interface Configuration {
  readonly env: string;
  readonly seed: number;
  readonly teacher: Partial<TeacherConfig>;
  readonly student: Partial<StudentConfig>;
}

/** A network that can be made to act on the page. */
export type NetworkData = Pick<ModelData, "widths" | "activation" | "parameters">;

/** The share of states that the teacher visits in which both act alike. */
export interface Agreement {
  readonly updates: number;
  readonly share: number;
}

/** A teacher that somebody brought in place of training one. */
export interface Brought {
  /** What its file was called. */
  readonly name: string;
  /** The model in the library's own format. */
  readonly file: Uint8Array;
}

/** Everything that curves are drawn from and a report is made of. */
export type Recorded = TrainingEvent | ({ readonly kind: "agreement" } & Agreement);

/** An unfinished run as it is kept in the browser, beside its checkpoint. */
export interface Saved {
  readonly configuration: Configuration;
  readonly brought?: Brought;
  /** The finished teacher's file, where the student is under way. */
  readonly teacher?: Uint8Array;
  readonly recorded: readonly Recorded[];
  /** The network that was evaluated last, for the stage. */
  readonly networks: { readonly teacher?: NetworkData; readonly student?: NetworkData };
  readonly seconds: number;
}

/** A network explained: {@link Explanation} as plain data. */
export interface Explained extends Pick<Explanation, "module" | "sensitivity" | "agreement" | "treeEvaluation"> {
  readonly root: Node;
  readonly leaves: number;
}

/** A finished run. */
export interface Result {
  readonly summary: Summary;
  /** The student's file, in the library's own format. */
  readonly student: Uint8Array;
  readonly files: readonly RunFile[];
}

export type Command =
  | {
      readonly kind: "start";
      readonly configuration: Configuration;
      readonly brought?: Brought;
      readonly saved?: Saved;
    }
  | { readonly kind: "pause" | "resume" | "step" }
  | { readonly kind: "explain"; readonly model: Uint8Array; readonly env: string; readonly seed: number };

export type Message =
  | { readonly kind: "recorded"; readonly event: Recorded }
  | { readonly kind: "network"; readonly network: "teacher" | "student"; readonly data: NetworkData }
  /** What is under way, and the network that is trained; "final": both are evaluated on unseen episodes. */
  | { readonly kind: "phase"; readonly phase: "teacher" | "student"; readonly widths: readonly number[] }
  | { readonly kind: "phase"; readonly phase: "final" }
  | { readonly kind: "paused" }
  | { readonly kind: "kept" }
  /** Nothing can be kept in this browser. */
  | { readonly kind: "unkept"; readonly reason: string }
  | { readonly kind: "finished"; readonly result: Result }
  | { readonly kind: "explained"; readonly explained: Explained }
  | { readonly kind: "failed"; readonly name: string; readonly reason: string };
