// The parse tree. `at` is a byte offset in the source of the tree the node is in.

interface TextNode {
  readonly kind: "text";
  readonly at: number;
  readonly text: string;
}
interface ActionNode {
  readonly kind: "action";
  readonly at: number;
  readonly pipe: PipeNode;
}
export interface BranchNode {
  readonly kind: "if" | "range" | "with";
  readonly at: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface JumpNode {
  readonly kind: "break" | "continue";
  readonly at: number;
}
export interface TemplateNode {
  readonly kind: "template";
  readonly at: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export type StatementNode = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

export interface ListNode {
  readonly kind: "list";
  readonly at: number;
  readonly nodes: readonly StatementNode[];
}

export interface PipeNode {
  readonly kind: "pipe";
  readonly at: number;
  /** `=` instead of `:=`. */
  readonly isAssign: boolean;
  readonly declared: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}
export interface CommandNode {
  readonly kind: "command";
  readonly at: number;
  /** At least one. */
  readonly args: readonly ArgNode[];
}
interface FieldNode {
  readonly kind: "field";
  readonly at: number;
  readonly names: readonly string[];
}
export interface ChainNode {
  readonly kind: "chain";
  readonly at: number;
  readonly node: ArgNode;
  readonly names: readonly string[];
}
export interface VariableNode {
  readonly kind: "variable";
  readonly at: number;
  /** With its `$`. */
  readonly name: string;
  readonly fields: readonly string[];
}
export interface IdentifierNode {
  readonly kind: "identifier";
  readonly at: number;
  readonly name: string;
}
interface WordNode {
  readonly kind: "dot" | "nil";
  readonly at: number;
}
interface BoolNode {
  readonly kind: "bool";
  readonly at: number;
  readonly value: boolean;
}
export interface StringNode {
  readonly kind: "string";
  readonly at: number;
  readonly source: string;
  readonly value: string;
}
export interface NumberNode {
  readonly kind: "number";
  readonly at: number;
  readonly source: string;
  readonly number: NumberValue;
}
export type ArgNode =
  | FieldNode
  | ChainNode
  | VariableNode
  | IdentifierNode
  | WordNode
  | BoolNode
  | StringNode
  | NumberNode
  | PipeNode;

/** What a constant can stand for: each reading that loses nothing is there. */
export interface NumberValue {
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: { readonly real: number; readonly imaginary: number } | undefined;
}

/** One template of a source: the main one, or a `define`. */
export interface Tree {
  readonly name: string;
  /** The name of the source, for messages, and its bytes. */
  readonly sourceName: string;
  readonly source: string;
  readonly root: ListNode;
}

export type AnyNode = StatementNode | ListNode | CommandNode | ArgNode;
