// Writes a node back as template source, as messages quote it: `executing "x" at <.a.b>`.
import { quote } from "../fmt/quote.ts";
import type { AnyNode, BranchNode, CommandNode, ListNode, PipeNode } from "./nodes.ts";

export function nodeText(node: AnyNode): string {
  switch (node.kind) {
    case "list":
      return listText(node);
    case "text":
      return node.text;
    case "action":
      return `{{${pipeText(node.pipe)}}}`;
    case "if":
    case "range":
    case "with":
      return branchText(node);
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "template":
      return `{{template ${quote(node.name)}${node.pipe === undefined ? "" : ` ${pipeText(node.pipe)}`}}}`;
    case "pipe":
      return pipeText(node);
    case "command":
      return commandText(node);
    default:
      return argText(node);
  }
}

function argText(node: Exclude<CommandNode["args"][number], PipeNode>): string {
  switch (node.kind) {
    case "field":
      return node.names.map((name) => `.${name}`).join("");
    case "chain":
      return [inParens(node.node), ...node.names].join(".");
    case "variable":
      return [node.name, ...node.fields].join(".");
    case "identifier":
      return node.name;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    default:
      return node.source;
  }
}

function listText(list: ListNode): string {
  return list.nodes.map(nodeText).join("");
}

function pipeText(pipe: PipeNode): string {
  const declared = pipe.declared.map(argText).join(", ");
  const prefix = declared === "" ? "" : `${declared} ${pipe.isAssign ? "=" : ":="} `;
  return prefix + pipe.commands.map(commandText).join(" | ");
}

function commandText(command: CommandNode): string {
  return command.args.map(inParens).join(" ");
}

function inParens(node: CommandNode["args"][number]): string {
  return node.kind === "pipe" ? `(${pipeText(node)})` : argText(node);
}

function branchText(node: BranchNode): string {
  const otherwise = node.elseList === undefined ? "" : `{{else}}${listText(node.elseList)}`;
  return `{{${node.kind} ${pipeText(node.pipe)}}}${listText(node.list)}${otherwise}{{end}}`;
}
