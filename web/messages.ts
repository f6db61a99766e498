// The messages between the page and its worker: plain data.
import type { AgreementEvent, ModelData, StudentConfig, TeacherConfig, TrainingEvent } from "qstill";
import type { Explanation, Node } from "qstill/explain";
import type { Summary } from "qstill/report";
import type { RunFile } from "./files.ts";

/** What a run is. Together with the library's version, this is everything that is needed to repeat it. */
export interface Configuration {
  readonly env: string;
  readonly seed: number;
  readonly teacher: Partial<TeacherConfig>;
  readonly student: Partial<StudentConfig>;
}

/** The data of a network that will act on the page. */
export type NetworkData = Pick<ModelData, "widths" | "activation" | "parameters">;

/** The share of the states that the teacher visits in which both act alike. */
export interface Agreement {
  readonly updates: number;
  readonly share: number;
}

/** A teacher that the user brought, so that none is trained. */
export interface Brought {
  /** The name of its file. */
  readonly name: string;
  /** The model in the library's own format. */
  readonly file: Uint8Array;
}

/** The mean return of the training episodes that ended since the last one; exploration is included. */
export interface Played {
  readonly envSteps: number;
  readonly mean: number;
}

/** The events of a page's training. No student there learns from states alone. */
export type PageEvent = Exclude<TrainingEvent, AgreementEvent>;

/** Everything from which curves are drawn and a report is made. */
export type Recorded =
  | PageEvent
  | ({ readonly kind: "agreement" } & Agreement)
  | ({ readonly kind: "played" } & Played);

/** The best teacher so far, and how far its training had come. */
export interface Best {
  readonly parameters: Float32Array;
  readonly envSteps: number;
  readonly updates: number;
}

/** An unfinished run, as the browser keeps it. Its checkpoint is kept beside it. */
export interface Saved {
  readonly id: string;
  readonly configuration: Configuration;
  readonly brought?: Brought;
  /** Whether the teacher's training was ended early. */
  readonly early: boolean;
  /** The finished teacher's file, if the student is under way. */
  readonly teacher?: Uint8Array;
  readonly recorded: readonly Recorded[];
  /** The latest network of each, for the stage. */
  readonly networks: { readonly teacher?: NetworkData; readonly student?: NetworkData };
  /** The teacher that was best so far. */
  readonly best?: Best;
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
      /** The run's id among those that the browser keeps. */
      readonly id: string;
      readonly configuration: Configuration;
      readonly brought?: Brought;
      readonly saved?: Saved;
    }
  /** "distil" ends the teacher's training: its best network so far is distilled. */
  | { readonly kind: "pause" | "resume" | "step" | "distil" }
  | { readonly kind: "explain"; readonly model: Uint8Array; readonly env: string; readonly seed: number };

export type Message =
  | { readonly kind: "recorded"; readonly event: Recorded }
  | { readonly kind: "network"; readonly network: "teacher" | "student"; readonly data: NetworkData }
  /** What is under way, and the network that is trained; "final": both are evaluated on unseen episodes. */
  | { readonly kind: "phase"; readonly phase: "teacher" | "student"; readonly widths: readonly number[] }
  | { readonly kind: "phase"; readonly phase: "final" }
  /** The teacher's training was ended early. */
  | { readonly kind: "early" }
  | { readonly kind: "paused" }
  | { readonly kind: "kept" }
  /** This browser cannot keep anything. */
  | { readonly kind: "unkept"; readonly reason: string }
  | { readonly kind: "finished"; readonly result: Result }
  | { readonly kind: "explained"; readonly explained: Explained }
  | { readonly kind: "failed"; readonly name: string; readonly reason: string };
