// Runs a parsed template on data.
import { Budget, type RenderLimits } from "../budget.ts";
import { printDefault } from "../fmt/print-value.ts";
import { quote } from "../fmt/quote.ts";
import type { FunctionMap } from "../functions/signature.ts";
import type { BranchNode, ListNode, StatementNode, TemplateNode, Tree } from "../parse/nodes.ts";
import { TemplateError } from "../template-error.ts";
import { indirect, indirectInterface, isTrue, type MaybeRef, type Ref, refOf } from "../values/reference.ts";
import { GoInt, GoMap, GoSlice, type GoValue, goInt, sortedKeys } from "../values/values.ts";
import { evalPipeline } from "./eval.ts";
import { type ExecShared, ExecState, type MissingKey } from "./exec-state.ts";

/** How a list ended: at its end, or by a jump that the next range catches. */
type Ending = "end" | "break" | "continue";

export type ExecOptions = { readonly missingKey?: MissingKey; readonly limits?: RenderLimits | undefined };

/**
 * @param name The template to run. @param data What `.` and `$` are at first.
 * @returns The output, as bytes.
 * @throws {TemplateError} `execution` or `limit`
 */
export function execute(
  trees: ReadonlyMap<string, Tree>,
  name: string,
  data: GoValue,
  functions: FunctionMap,
  { missingKey = "error", limits }: ExecOptions = {},
): string {
  const tree = trees.get(name);
  if (tree === undefined) throw new TemplateError("execution", `template: no template ${quote(name)}`);
  const shared: ExecShared = {
    ...{ trees, functions, missingKey },
    ...{ budget: new Budget(limits), output: [], nesting: 0 },
  };
  const state = new ExecState(shared, tree, refOf(data));
  walkList(state, refOf(data), tree.root);
  return shared.output.join("");
}

function walkList(state: ExecState, dot: MaybeRef, list: ListNode): Ending {
  state.at(list);
  for (const node of list.nodes) {
    const ending = walk(state, dot, node);
    if (ending !== "end") return ending;
  }
  return "end";
}

function walk(state: ExecState, dot: MaybeRef, node: StatementNode): Ending {
  state.at(node);
  switch (node.kind) {
    case "text":
      state.write(node.text);
      return "end";
    case "action": {
      const value = evalPipeline(state, dot, node.pipe);
      state.at(node);
      if (node.pipe.declared.length === 0) state.write(printed(state, value));
      return "end";
    }
    case "break":
    case "continue":
      return node.kind;
    case "template":
      walkTemplate(state, dot, node);
      return "end";
    case "range":
      return state.nested(() => scoped(state, () => walkRange(state, dot, node)));
    default:
      return state.nested(() => scoped(state, () => walkIfOrWith(state, dot, node)));
  }
}

/** Variables made inside end there. */
function scoped(state: ExecState, run: () => Ending): Ending {
  const mark = state.mark();
  const ending = run();
  state.pop(mark);
  return ending;
}

function printed(state: ExecState, value: MaybeRef): string {
  const shown = value?.type.kind === "ptr" ? indirect(value).ref : value;
  if (shown === undefined) return "<no value>";
  return printDefault(shown.value, state.spendBytes);
}

function walkIfOrWith(state: ExecState, dot: MaybeRef, node: BranchNode): Ending {
  const value = evalPipeline(state, dot, node.pipe);
  if (isTrue(indirectInterface(value))) return walkList(state, node.kind === "with" ? value : dot, node.list);
  return node.elseList === undefined ? "end" : walkList(state, dot, node.elseList);
}

function walkTemplate(state: ExecState, dot: MaybeRef, node: TemplateNode): void {
  const tree = state.shared.trees.get(node.name);
  if (tree === undefined) state.fail(`template ${quote(node.name)} not defined`);
  state.checkDepth();
  const data = evalPipeline(state, dot, node.pipe);
  state.nested(() => walkList(state.enter(tree, data), data, tree.root));
}

function walkRange(state: ExecState, dot: MaybeRef, node: BranchNode): Ending {
  const value = indirect(evalPipeline(state, dot, node.pipe)).ref;
  const mark = state.mark();
  let ran = false;
  for (const { index, element } of iterations(state, node, value)) {
    ran = true;
    setRangeVariables(state, node, index, element);
    const ending = walkList(state, element, node.list);
    state.pop(mark);
    if (ending === "break") break;
  }
  return ran || node.elseList === undefined ? "end" : walkList(state, dot, node.elseList);
}

interface Iteration {
  readonly index: MaybeRef;
  readonly element: MaybeRef;
}

function* iterations(state: ExecState, node: BranchNode, ref: MaybeRef): Generator<Iteration> {
  const value = ref?.value;
  if (value === undefined) return; // no value is like an empty list
  if (value instanceof GoSlice) {
    for (const [i, item] of value.items.entries()) {
      yield { index: refOf(goInt(i)), element: { type: value.type.elem, value: item } };
    }
  } else if (value instanceof GoMap) {
    for (const key of sortedKeys(value)) {
      const element: Ref = { type: value.type.elem, value: value.entries.get(key) ?? null };
      yield { index: refOf(key), element };
    }
  } else if (value instanceof GoInt) {
    if (node.pipe.declared.length > 1) {
      state.fail(`can't use ${value.value} to iterate over more than one variable`);
    }
    for (let i = 0n; i < value.value; i++) yield { index: undefined, element: refOf(new GoInt(value.type, i)) };
  } else {
    const shown = printDefault(value, state.spendBytes);
    state.fail(`range can't iterate over ${shown}`);
  }
}

/** One variable takes the element, two take index and element. */
function setRangeVariables(state: ExecState, node: BranchNode, index: MaybeRef, element: MaybeRef): void {
  const [first, second] = node.pipe.declared;
  if (first === undefined) return;
  if (!node.pipe.isAssign) {
    state.assignTop(1, element);
    if (second !== undefined) state.assignTop(2, index);
    return;
  }
  state.assign(first.name, second === undefined ? element : index);
  if (second !== undefined) state.assign(second.name, element);
}
