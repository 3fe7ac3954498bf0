// A fault in a template that a person has to mend, and where to look.

export interface TemplateProblem {
  /** `template`: place in the text of the Template; `rendered`: place in the YAML that it rendered to. */
  readonly in: "template" | "rendered";
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** The field, as `tasks[0].actions[1].image`; empty when the fault is in none. */
  readonly field: string;
  readonly message: string;
  /** Of the Workflow, when it is that which lacks what the template reads. */
  readonly input?: "hardwareMap";
}

/** A sentence. The engine's own messages name line and column in the template; those of the rendered YAML get them here. */
export function formatProblem({ in: where, line, column, field, message }: TemplateProblem): string {
  if (where === "template") return message;
  return `line ${line}, column ${column} of the rendered template: ${field === "" ? "" : `${field}: `}${message}`;
}
